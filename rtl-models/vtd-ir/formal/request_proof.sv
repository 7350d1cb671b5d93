// SPDX-License-Identifier: GPL-2.0-or-later
//
// About vtd_ir_request and vtd_ir_entry: whatever the request and the entry are,
// there is exactly one outcome, a fault delivers nothing, and what is accepted
// is what the manual lets through.

module request_proof (
    input logic        clk_i,
    input logic        en_i,
    input logic [63:0] addr_i,
    input logic [31:0] data_i,
    input logic        ires_i,
    input logic        cfis_i,
    input logic        irtps_i,
    input logic        eime_i,
    input logic [ 3:0] size_i,
    input logic        cached_i,
    input logic        pi_i,
    input logic [63:0] lo_i,
    input logic [63:0] hi_i,
    input logic [15:0] sid_i
);

  logic pass, rq_fault, lookup, good, en_fault, accept;
  logic [7:0] rq_code, en_code;
  logic [15:0] index;
  logic [1:0] kind;
  logic [63:0] addr;
  logic [47:0] info;

  vtd_ir_request u_request (
      .en_i,
      .addr_i,
      .data_i,
      .ires_i,
      .cfis_i,
      .irtps_i,
      .eime_i,
      .size_i,
      .pass_o  (pass),
      .fault_o (rq_fault),
      .code_o  (rq_code),
      .lookup_o(lookup),
      .index_o (index)
  );

  vtd_ir_entry u_entry (
      .en_i    (lookup),
      .cached_i,
      .lo_i,
      .hi_i,
      .sid_i,
      .index_i (index),
      .eime_i,
      .pi_i,
      .good_o  (good),
      .fault_o (en_fault),
      .code_o  (en_code),
      .accept_o(accept),
      .kind_o  (kind),
      .addr_o  (addr),
      .info_o  (info)
  );

  // The source-id check, bit by bit.
  logic [15:0] significant;
  logic in_range, sid_passes;
  always_comb begin
    significant = 16'hffff;
    if (hi_i[17:16] == 2'd1) significant[2] = 1'b0;
    if (hi_i[17:16] == 2'd2) significant[2:1] = 2'b00;
    if (hi_i[17:16] == 2'd3) significant[2:0] = 3'b000;
    in_range = !(sid_i[15:8] < hi_i[15:8]) && !(sid_i[15:8] > hi_i[7:0]);
    sid_passes = hi_i[19:18] == 2'd0 ||
                 (hi_i[19:18] == 2'd1 && ((sid_i ^ hi_i[15:0]) & significant) == '0) ||
                 (hi_i[19:18] == 2'd2 && in_range);
  end

  logic [17:0] entries;
  assign entries = irtps_i ? 18'd2 << size_i : 18'd0;

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      assert ({1'b0, pass} + {1'b0, rq_fault} + {1'b0, lookup} == 2'd1);
      // Blocked: compatibility format in extended mode, or without CFIS.
      if (pass && ires_i) assert (!addr_i[4] && !eime_i && cfis_i && addr_i[63:20] == 44'hfee);
      if (lookup) assert (ires_i && addr_i[4] && addr_i[63:20] == 44'hfee);
      if (lookup) assert ({2'b00, index} < entries);
      if (lookup && !addr_i[3]) assert (index == {addr_i[2], addr_i[19:5]});
      if (lookup && addr_i[3])
        assert ({1'b0, index} == {1'b0, addr_i[2], addr_i[19:5]} + {1'b0, data_i[15:0]});
    end else begin
      assert (!pass && !rq_fault && !lookup);
    end
    assert (!(accept && (en_fault || rq_fault)));
    assert (!(en_fault && lo_i[1]));  // FPD
    if (!lookup) assert (!accept && !en_fault && !good);
    if (accept && !cached_i) assert (lo_i[0] && good && sid_passes);
    if (accept && cached_i && hi_i[19:18] != 2'd3) assert (sid_passes);
    if (accept && !pi_i) assert (kind == 2'd1);
    if (good && !cached_i) assert (lo_i[0] && hi_i[31:20] == '0 && lo_i[31:24] == '0);
    if (accept && kind == 2'd2) assert (addr == {hi_i[63:32], lo_i[63:38], 6'h00});
    if (accept && kind == 2'd1) assert (addr[63:32] == '0 && (eime_i || addr[31:8] == '0));
    if (accept) assert (info[7:0] == lo_i[23:16]);
    cover (accept && kind == 2'd2);
    cover (accept && kind == 2'd1 && hi_i[19:18] == 2'd2);
    cover (en_fault && en_code == 8'h26);
    cover (en_fault && en_code == 8'h24);
    cover (rq_fault && rq_code == 8'h21);
  end

endmodule
