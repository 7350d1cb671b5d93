// SPDX-License-Identifier: GPL-2.0-or-later
//
// The interrupt entry cache: up to 16 sets of 8 ways, looked up and filled in
// one cycle each. An entry stays until it is replaced or invalidated. VT-d
// specification, "Interrupt Entry Cache" and its invalidation.
//
// The order of use of a set's ways is a matrix: bit 8*a+b says that way a was
// used later than way b.

module vtd_ir_iec (
    input logic clk_i,
    input logic rst_ni,

    input logic [2:0] cfg_sets_i,   // log2
    input logic [3:0] cfg_ways_i,
    input logic       cfg_policy_i, // 0: least recently used, 1: round-robin

    // Look-up; at the clock edge it counts as a use.
    input  logic        lookup_i,
    input  logic [15:0] index_i,
    output logic        hit_o,
    output logic [63:0] lo_o,
    output logic [63:0] hi_o,

    // Fill, with index_i.
    input logic        fill_i,
    input logic [63:0] lo_i,
    input logic [63:0] hi_i,

    input logic        inv_all_i,
    input logic        inv_some_i,
    input logic [15:0] inv_index_i,
    input logic [ 3:0] inv_im_i      // that many low bits do not matter
);

  // What is not reserved of an entry, but P and AVAIL.
  logic [56:0] lo_q[0:127];
  logic [51:0] hi_q[0:127];
  (* mem2reg *) logic [15:0] tag_q[0:127];
  logic [127:0] valid_q;  // way w of set s at 8*s+w
  logic [63:0] used_q[0:15];
  logic [47:0] turn_q;  // of set s at 3*s

  logic [3:0] set;
  logic [7:0] ways, same, valid;
  logic [2:0] hit_way;
  logic [56:0] hit_lo;
  logic [51:0] hit_hi;

  assign ways = ~(8'hff << cfg_ways_i);

  assign set = index_i[3:0] & ~(4'hf << cfg_sets_i);
  assign valid = valid_q[{set, 3'b000}+:8];

  always_comb begin
    same    = '0;
    hit_o   = 1'b0;
    hit_way = '0;
    hit_lo  = '0;
    hit_hi  = '0;
    if (lookup_i && valid != '0) begin
      for (int w = 0; w < 8; w++) begin
        same[w] = valid[w] && tag_q[{set, 3'(w)}] == index_i;
      end
      // At most one.
      hit_o   = same != '0;
      hit_way = {|same[7:4], |(same & 8'hcc), |(same & 8'haa)};
      if (hit_o) begin
        hit_lo = lo_q[{set, hit_way}];
        hit_hi = hi_q[{set, hit_way}];
      end
    end
  end

  assign lo_o = {hit_lo[56:7], 6'h00, hit_lo[6:0], 1'b1};
  assign hi_o = {hit_hi[51:20], 12'h000, hit_hi[19:0]};

  // The way that a fill takes.
  logic [7:0] vacant, oldest;
  logic [2:0] fill_way;
  logic [63:0] used;
  always_comb begin
    vacant   = '0;
    oldest   = '0;
    fill_way = '0;
    used     = '0;
    if (fill_i) begin
      used   = used_q[set];
      vacant = ways & ~valid;
      if (vacant != '0) begin
        for (int w = 7; w >= 0; w--) if (vacant[w]) fill_way = 3'(w);
      end else if (cfg_policy_i) begin
        fill_way = turn_q[6'd3*{2'b00,set}+:3];
      end else begin
        // Used later than no other.
        for (int w = 0; w < 8; w++) oldest[w] = (used[8*w+:8] & ways) == '0;
        for (int w = 7; w >= 0; w--) if (oldest[w] && ways[w]) fill_way = 3'(w);
      end
    end
  end

  logic fills, uses;
  logic [2:0] use_way;
  logic [6:0] fill_slot;
  assign fills = fill_i && cfg_ways_i != '0;
  assign uses = fills || hit_o;
  assign use_way = fills ? fill_way : hit_way;
  assign fill_slot = {set, fill_way};

  always_ff @(posedge clk_i) begin
    if (fills) begin
      lo_q[fill_slot] <= {lo_i[63:14], lo_i[7:1]};
      hi_q[fill_slot] <= {hi_i[63:32], hi_i[19:0]};
    end
  end

  always_ff @(posedge clk_i) begin
    if (fills) tag_q[fill_slot] <= index_i;
  end

  logic [127:0] named;  // by an invalidation
  logic [15:0] mask;
  assign mask = 16'hffff << inv_im_i;
  always_comb begin
    named = '0;
    if (inv_some_i) begin
      for (int n = 0; n < 128; n++) begin
        named[n] = ((tag_q[n] ^ inv_index_i) & mask) == '0;
      end
    end
  end

  // No entry is filled in the cycle of an invalidation.
  always_ff @(posedge clk_i) begin
    if (!rst_ni || inv_all_i) valid_q <= '0;
    else if (inv_some_i) valid_q <= valid_q & ~named;
    else if (fills) valid_q[fill_slot] <= 1'b1;
  end

  // Every way was used before a set is full, so that used_q needs no reset.
  always_ff @(posedge clk_i) begin
    if (uses) begin
      used_q[set] <= (used_q[set] | (64'hff << {use_way, 3'b000})) &
                     ~(64'h0101010101010101 << use_way);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      turn_q <= '0;
    end else if (fills && vacant == '0 && cfg_policy_i) begin
      turn_q[6'd3*{2'b00,set}+:3] <= {1'b0, fill_way} + 4'd1 == cfg_ways_i ? '0 : fill_way + 3'd1;
    end
  end

  // P is 1; AVAIL and reserved bits are not kept.
  logic unused;
  assign unused = &{1'b0, lo_i[13:8], lo_i[0], hi_i[31:20]};

endmodule
