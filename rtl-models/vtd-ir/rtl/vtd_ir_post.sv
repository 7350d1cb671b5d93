// SPDX-License-Identifier: GPL-2.0-or-later
//
// The landing of a posted interrupt: reads its descriptor, checks it, sets
// PIR[v], then ON where a notification is due. VT-d specification, "Interrupt
// Posting Operation" and "Posted Interrupt Descriptor (PID)".
//
// The descriptor is changed word by word, each by compare-and-swap, so that
// what CPUs change at the same time is kept.
//
// step_i: the memory request before, if there was one, is answered, and what
// the outputs ask for is taken. start_i comes with a step.

module vtd_ir_post (
    input logic clk_i,
    input logic rst_ni,
    input logic step_i,

    input logic [18:0] max_tries_i,  // of one word: compare-and-swaps in a row

    input logic        start_i,
    input logic [63:0] addr_i,
    input logic [47:0] info_i,

    // answer
    input logic [63:0] mem_lo_i,
    input logic [63:0] mem_hi_i,
    input logic        mem_error_i,

    // request
    output logic        mem_valid_o,
    output logic        mem_cas_o,
    output logic [ 2:0] mem_size_o,
    output logic [63:0] mem_addr_o,
    output logic [63:0] mem_expected_o,
    output logic [63:0] mem_desired_o,

    // ends in this step, perhaps with one of notify and fault
    output logic        done_o,
    output logic        notify_o,
    output logic [31:0] notify_dest_o,
    output logic [ 7:0] notify_nv_o,
    output logic        fault_o,
    output logic [ 7:0] fault_code_o,
    output logic [15:0] fault_index_o,
    output logic [15:0] fault_sid_o
);

  localparam logic [2:0] StIdle = 3'd0;
  localparam logic [2:0] StPir = 3'd1;      // the word of PIR is being read
  localparam logic [2:0] StControl = 3'd2;  // the quarter with ON, SN, NV, NDST
  localparam logic [2:0] StLast = 3'd3;     // the last quarter
  localparam logic [2:0] StSetPir = 3'd4;
  localparam logic [2:0] StSetOn = 3'd5;

  logic [2:0] state_q, state_d;
  logic [63:6] pid_q;
  logic [47:0] info_q;
  logic [63:0] pir_q, pir_d, control_q, control_d;
  logic error_q, error_d, reserved_q, reserved_d;
  logic [18:0] tries_q, tries_d;
  logic failed;
  logic [7:0] failed_code;

  // Of a value of the control word: would ON be set by us?
  logic announce_q, announce_mem;
  assign announce_q = !control_q[0] && (info_q[vtd_ir_pkg::InfoUrg] || !control_q[1]);
  assign announce_mem = !mem_lo_i[0] && (info_q[vtd_ir_pkg::InfoUrg] || !mem_lo_i[1]);

  assign notify_dest_o =
      info_q[vtd_ir_pkg::InfoEime] ? control_q[63:32] : {24'h0, control_q[47:40]};
  assign notify_nv_o = control_q[23:16];
  assign fault_o = failed && !info_q[vtd_ir_pkg::InfoFpd];
  assign fault_code_o = failed_code;
  assign fault_index_o = info_q[47:32];
  assign fault_sid_o = info_q[31:16];

  always_comb begin
    state_d        = state_q;
    pir_d          = pir_q;
    control_d      = control_q;
    error_d        = error_q;
    reserved_d     = reserved_q;
    tries_d        = tries_q;
    failed         = 1'b0;
    failed_code    = vtd_ir_pkg::FrPidAccess;
    done_o         = 1'b0;
    notify_o       = 1'b0;
    mem_valid_o    = 1'b0;
    mem_cas_o      = 1'b0;
    mem_size_o     = vtd_ir_pkg::Size16;
    mem_addr_o     = '0;
    mem_expected_o = '0;
    mem_desired_o  = '0;
    if (step_i) begin
      case (state_q)
        StIdle:
        if (start_i) begin
          state_d     = StPir;
          mem_valid_o = 1'b1;
          mem_size_o  = vtd_ir_pkg::Size8;
          mem_addr_o  = {addr_i[63:6], 1'b0, info_i[7:6], 3'b000};
        end
        StPir: begin
          state_d     = StControl;
          pir_d       = mem_lo_i;
          error_d     = mem_error_i;
          mem_valid_o = 1'b1;
          mem_addr_o  = {pid_q, 6'h20};
        end
        StControl: begin
          state_d     = StLast;
          control_d   = mem_lo_i;
          error_d     = error_q || mem_error_i;
          reserved_d  = mem_hi_i != '0 || mem_lo_i[31:24] != '0 || mem_lo_i[15:2] != '0 ||
                        (!info_q[vtd_ir_pkg::InfoEime] &&
                         (mem_lo_i[63:48] != '0 || mem_lo_i[39:32] != '0));
          mem_valid_o = 1'b1;
          mem_addr_o  = {pid_q, 6'h30};
        end
        StLast: begin
          if (error_q || mem_error_i) begin
            failed = 1'b1;
          end else if (reserved_q || mem_lo_i != '0 || mem_hi_i != '0) begin
            failed      = 1'b1;
            failed_code = vtd_ir_pkg::FrPidRsvd;
          end else begin
            state_d        = StSetPir;
            tries_d        = 19'd1;
            mem_valid_o    = 1'b1;
            mem_cas_o      = 1'b1;
            mem_expected_o = pir_q;
          end
        end
        StSetPir: begin
          if (mem_error_i) begin
            failed = 1'b1;
          end else if (mem_lo_i == pir_q) begin
            state_d           = StSetOn;
            tries_d           = 19'd1;
            mem_valid_o       = 1'b1;
            mem_cas_o         = 1'b1;
            mem_addr_o        = {pid_q, 6'h20};
            mem_expected_o    = control_q;
            mem_desired_o     = control_q;
            mem_desired_o[0]  = control_q[0] || announce_q;
          end else if (tries_q == max_tries_i) begin
            failed = 1'b1;
          end else begin
            tries_d        = tries_q + 19'd1;
            pir_d          = mem_lo_i;
            mem_valid_o    = 1'b1;
            mem_cas_o      = 1'b1;
            mem_expected_o = mem_lo_i;
          end
        end
        StSetOn: begin
          if (mem_error_i) begin
            failed = 1'b1;
          end else if (mem_lo_i == control_q) begin
            done_o   = 1'b1;
            notify_o = announce_q;
          end else if (tries_q == max_tries_i) begin
            failed = 1'b1;
          end else begin
            tries_d          = tries_q + 19'd1;
            control_d        = mem_lo_i;
            mem_valid_o      = 1'b1;
            mem_cas_o        = 1'b1;
            mem_addr_o       = {pid_q, 6'h20};
            mem_expected_o   = mem_lo_i;
            mem_desired_o    = mem_lo_i;
            mem_desired_o[0] = mem_lo_i[0] || announce_mem;
          end
        end
        default: ;
      endcase
      if (mem_cas_o) begin
        mem_size_o = vtd_ir_pkg::Size8;
        if (state_d == StSetPir) begin
          mem_addr_o    = {pid_q, 1'b0, info_q[7:6], 3'b000};
          mem_desired_o = mem_expected_o | (64'd1 << info_q[5:0]);
        end
      end
      if (failed) done_o = 1'b1;
      if (done_o) state_d = StIdle;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
    end else if (step_i) begin
      state_q <= state_d;
    end
    if (step_i && start_i) begin
      pid_q  <= addr_i[63:6];
      info_q <= info_i;
    end
    if (step_i && state_q != StIdle) begin
      pir_q      <= pir_d;
      control_q  <= control_d;
      error_q    <= error_d;
      reserved_q <= reserved_d;
      tries_q    <= tries_d;
    end
  end

  // A descriptor is aligned to 64 bytes.
  logic unused;
  assign unused = &{1'b0, addr_i[5:0], info_q[15:11]};

endmodule
