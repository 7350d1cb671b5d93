// SPDX-License-Identifier: GPL-2.0-or-later
//
// About vtd_ir_iec: of one index, chosen freely, an entry that was invalidated
// is not found before it is filled again, and what is found is what was filled
// last.

module cache_proof (
    input logic        clk_i,
    input logic        lookup_i,
    input logic [15:0] index_i,
    input logic        fill_i,
    input logic [63:0] lo_i,
    input logic [63:0] hi_i,
    input logic        inv_all_i,
    input logic        inv_some_i,
    input logic [15:0] inv_index_i,
    input logic [ 3:0] inv_im_i
);

  (* anyconst *) logic [15:0] chosen;
  (* anyconst *) logic [2:0] sets;
  (* anyconst *) logic [3:0] ways;
  (* anyconst *) logic policy;

  logic first_q = 1'b1;
  always_ff @(posedge clk_i) first_q <= 1'b0;

  logic hit;
  logic [63:0] lo, hi;
  vtd_ir_iec dut (
      .clk_i,
      .rst_ni      (!first_q),
      .cfg_sets_i  (sets),
      .cfg_ways_i  (ways),
      .cfg_policy_i(policy),
      .lookup_i,
      .index_i,
      .hit_o       (hit),
      .lo_o        (lo),
      .hi_o        (hi),
      .fill_i,
      .lo_i,
      .hi_i,
      .inv_all_i,
      .inv_some_i,
      .inv_index_i,
      .inv_im_i
  );

  // Of the chosen index: was it filled, and not invalidated since?
  logic filled_q, named;
  logic [63:0] lo_q;
  assign named = inv_all_i ||
                 (inv_some_i && (chosen >> inv_im_i) == (inv_index_i >> inv_im_i));
  always_ff @(posedge clk_i) begin
    if (first_q || named) begin
      filled_q <= 1'b0;
    end else if (fill_i && index_i == chosen) begin
      filled_q <= 1'b1;
      lo_q     <= lo_i;
    end
  end

  always_ff @(posedge clk_i) begin
    assume (sets <= 3'd4 && ways <= 4'd8);
    assume (!(lookup_i && fill_i));
    // The sequencer does one thing at a time, and fills what it did not find.
    assume (!(fill_i && (inv_all_i || inv_some_i)));
    assume (!(fill_i && index_i == chosen && filled_q));
    if (!first_q && lookup_i && index_i == chosen) begin
      if (hit) assert (filled_q);
      if (hit) assert (lo[63:14] == lo_q[63:14] && lo[7:1] == lo_q[7:1]);
      cover (hit && ways == 4'd8);
    end
    if (!first_q) cover (named && inv_some_i && filled_q && inv_im_i == 4'd3);
  end

  logic unused;
  assign unused = &{1'b0, lo[13:8], lo[0], hi};

endmodule
