// SPDX-License-Identifier: GPL-2.0-or-later
//
// A request, until it is accepted or blocked: its format, the entry that it
// names, from the interrupt entry cache or memory, and what the entry makes of
// it. VT-d specification, "Interrupt Remapping".
//
// Ports
//   request_i   a request in this step: addr and data of its write, source-id at
//               47:32 of data
//   fetch_o     its entry is to be read, in the next step, which is at_entry_i:
//               16 bytes at fetch_addr_o
//   accept_o    accepted in this step: vtd_ir_pkg::Kind*, and what the landing
//               needs of it
//   fault_o     blocked in this step, to be recorded
//   inv_*       invalidations of the entry cache

module vtd_ir_remap (
    input logic clk_i,
    input logic rst_ni,
    input logic step_i,

    input logic       cfg_pi_i,
    input logic [2:0] cfg_iec_sets_i,
    input logic [3:0] cfg_iec_ways_i,
    input logic       cfg_iec_policy_i,

    input logic        request_i,
    input logic [63:0] addr_i,
    input logic [47:0] data_i,

    // as commanded and latched
    input logic         ires_i,
    input logic         cfis_i,
    input logic         irtps_i,
    input logic         eime_i,
    input logic [63:12] table_i,
    input logic [ 3:0]  size_i,

    output logic        fetch_o,
    output logic [63:0] fetch_addr_o,
    input  logic        at_entry_i,
    input  logic [63:0] mem_lo_i,
    input  logic [63:0] mem_hi_i,
    input  logic        mem_error_i,

    output logic        accept_o,
    output logic [ 1:0] kind_o,
    output logic [63:0] addr_o,
    output logic [47:0] info_o,

    output logic        fault_o,
    output logic [ 7:0] code_o,
    output logic [15:0] index_o,
    output logic [15:0] sid_o,

    input logic        inv_all_i,
    input logic        inv_some_i,
    input logic [15:0] inv_index_i,
    input logic [ 3:0] inv_im_i
);

  // --- the request ---

  logic rq_pass, rq_fault, rq_lookup, hit;
  logic [7:0] rq_code;
  logic [15:0] rq_index, index_q, sid_q, index, sid;

  vtd_ir_request u_request (
      .en_i    (request_i),
      .addr_i,
      .data_i  (data_i[31:0]),
      .ires_i,
      .cfis_i,
      .irtps_i,
      .eime_i,
      .size_i,
      .pass_o  (rq_pass),
      .fault_o (rq_fault),
      .code_o  (rq_code),
      .lookup_o(rq_lookup),
      .index_o (rq_index)
  );

  assign fetch_o = rq_lookup && !hit;
  assign fetch_addr_o = {table_i, 12'h000} + {44'h0, rq_index, 4'h0};

  always_ff @(posedge clk_i) begin
    if (rq_lookup) begin
      index_q <= rq_index;
      sid_q   <= data_i[47:32];
    end
  end

  // --- its entry ---

  logic entry_read, entry_error, en, en_good, en_fault, en_accept;
  logic [ 7:0] en_code;
  logic [ 1:0] en_kind;
  logic [63:0] en_addr, iec_lo, iec_hi;
  logic [47:0] en_info;

  assign entry_read = step_i && at_entry_i;
  assign entry_error = entry_read && mem_error_i;
  assign en = hit || (entry_read && !mem_error_i);
  assign index = at_entry_i ? index_q : rq_index;
  assign sid = at_entry_i ? sid_q : data_i[47:32];

  vtd_ir_iec u_iec (
      .clk_i,
      .rst_ni,
      .cfg_sets_i  (cfg_iec_sets_i),
      .cfg_ways_i  (cfg_iec_ways_i),
      .cfg_policy_i(cfg_iec_policy_i),
      .lookup_i    (rq_lookup),
      .index_i     (index),
      .hit_o       (hit),
      .lo_o        (iec_lo),
      .hi_o        (iec_hi),
      .fill_i      (en_good && at_entry_i),
      .lo_i        (mem_lo_i),
      .hi_i        (mem_hi_i),
      .inv_all_i,
      .inv_some_i,
      .inv_index_i,
      .inv_im_i
  );

  vtd_ir_entry u_entry (
      .en_i    (en),
      .cached_i(!at_entry_i),
      .lo_i    (at_entry_i ? mem_lo_i : iec_lo),
      .hi_i    (at_entry_i ? mem_hi_i : iec_hi),
      .sid_i   (sid),
      .index_i (index),
      .eime_i,
      .pi_i    (cfg_pi_i),
      .good_o  (en_good),
      .fault_o (en_fault),
      .code_o  (en_code),
      .accept_o(en_accept),
      .kind_o  (en_kind),
      .addr_o  (en_addr),
      .info_o  (en_info)
  );

  // --- the outcome ---

  assign accept_o = rq_pass || en_accept;
  assign kind_o = rq_pass ? vtd_ir_pkg::KindPass : en_kind;
  assign addr_o = rq_pass ? addr_i : en_addr;
  assign info_o = rq_pass ? {16'h0, data_i[31:0]} : en_info;

  assign fault_o = rq_fault || en_fault || entry_error;
  assign code_o = rq_fault ? rq_code : en_fault ? en_code : vtd_ir_pkg::FrRootInval;
  assign index_o = index;
  assign sid_o = sid;

endmodule
