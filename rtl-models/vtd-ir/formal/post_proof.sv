// SPDX-License-Identifier: GPL-2.0-or-later
//
// About vtd_ir_post: postings of one interrupt, chosen freely, one after the
// other, against a memory in which CPUs may change the descriptor between any
// two accesses in any way, and that may refuse any access. Every cycle is a step.

module post_proof (
    input logic        clk_i,
    input logic        start_i,
    input logic [63:0] mem_lo_i,    // what is there when it is accessed
    input logic [63:0] mem_hi_i,
    input logic        mem_error_i
);

  (* anyconst *) logic [63:0] addr;
  (* anyconst *) logic [47:0] info;
  (* anyconst *) logic [18:0] max_tries;

  logic first_q = 1'b1;
  always_ff @(posedge clk_i) first_q <= 1'b0;

  logic mem_valid, mem_cas, done, notify, fault;
  logic [2:0] mem_size;
  logic [63:0] mem_addr, mem_expected, mem_desired;
  logic [31:0] notify_dest;
  logic [7:0] notify_nv, fault_code;
  logic [15:0] fault_index, fault_sid;

  vtd_ir_post dut (
      .clk_i,
      .rst_ni        (!first_q),
      .step_i        (1'b1),
      .max_tries_i   (max_tries),
      .start_i       (start_i),
      .addr_i        (addr),
      .info_i        (info),
      .mem_lo_i,
      .mem_hi_i,
      .mem_error_i,
      .mem_valid_o   (mem_valid),
      .mem_cas_o     (mem_cas),
      .mem_size_o    (mem_size),
      .mem_addr_o    (mem_addr),
      .mem_expected_o(mem_expected),
      .mem_desired_o (mem_desired),
      .done_o        (done),
      .notify_o      (notify),
      .notify_dest_o (notify_dest),
      .notify_nv_o   (notify_nv),
      .fault_o       (fault),
      .fault_code_o  (fault_code),
      .fault_index_o (fault_index),
      .fault_sid_o   (fault_sid)
  );

  // The access that is under way, and the posting that it belongs to.
  logic busy_q, cas_q, valid_q;
  logic [63:0] at_q, expected_q, desired_q;
  logic pir_set_q;       // in memory, by this posting
  logic refused_q;       // some access of this posting
  always_ff @(posedge clk_i) begin
    if (first_q) begin
      busy_q  <= 1'b0;
      valid_q <= 1'b0;
    end else begin
      valid_q    <= mem_valid;
      cas_q      <= mem_cas;
      at_q       <= mem_addr;
      expected_q <= mem_expected;
      desired_q  <= mem_desired;
      if (start_i) begin
        busy_q    <= 1'b1;
        pir_set_q <= 1'b0;
        refused_q <= 1'b0;
      end else begin
        if (pir_swapped) pir_set_q <= 1'b1;
        if (valid_q && mem_error_i) refused_q <= 1'b1;
        if (done) busy_q <= 1'b0;
      end
    end
  end

  // What a compare-and-swap does to memory in this step.
  logic swapped, pir_swapped, control_swapped;
  logic [63:0] pir_addr, bit_mask;
  logic on_was, sn_was, announce;
  assign pir_addr = {addr[63:6], 1'b0, info[7:6], 3'b000};
  assign bit_mask = 64'd1 << info[5:0];
  assign swapped = busy_q && valid_q && cas_q && !mem_error_i &&
                   mem_lo_i == expected_q;
  assign pir_swapped = swapped && at_q == pir_addr;
  assign control_swapped = swapped && at_q == {addr[63:6], 6'h20};
  assign on_was = mem_lo_i[0];
  assign sn_was = mem_lo_i[1];
  assign announce = !on_was && (info[8] || !sn_was);

  always_ff @(posedge clk_i) begin
    assume (!start_i || (!busy_q && !first_q));
    if (!first_q) begin
      // Nothing is changed but PIR[v] and ON, and no other bit of a CPU.
      if (swapped) assert (pir_swapped || control_swapped);
      if (pir_swapped) assert (desired_q == (mem_lo_i | bit_mask));
      if (control_swapped) begin
        assert (pir_set_q);
        assert (desired_q[63:1] == mem_lo_i[63:1]);
        assert (desired_q[0] == (on_was || announce));
        // ON and its notification go together: none is lost, and there is
        // no second one until ON was cleared.
        assert (done && notify == announce);
        if (notify) assert (notify_nv == mem_lo_i[23:16]);
        if (notify) assert (notify_dest == (info[10] ? mem_lo_i[63:32] : {24'h0, mem_lo_i[47:40]}));
      end
      if (notify) assert (control_swapped && !fault);
      // A posting ends well only with both; a refused access ends it badly.
      if (busy_q && done && !control_swapped) begin
        assert (!notify);
        assert (fault == !info[9]);
      end
      if (busy_q && done && (refused_q || (valid_q && mem_error_i)))
        assert (!control_swapped);
      if (mem_valid && mem_cas) assert (!refused_q);
      cover (notify && pir_set_q);
      cover (control_swapped && !notify && sn_was);
      cover (fault && fault_code == 8'h28);
      cover (fault && fault_code == 8'h27);
    end
  end

  logic unused;
  assign unused = &{1'b0, mem_size, fault_index, fault_sid};

endmodule
