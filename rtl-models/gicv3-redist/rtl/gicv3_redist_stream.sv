// SPDX-License-Identifier: GPL-2.0-or-later
//
// The message cut line to the CPU interface: what it holds (`current`,
// `superseded`), SET and CLEAR, and the answers. After the GIC Stream
// Protocol of Arm IHI 0069; the rules are those of the block's pins page.
//
// Message out: valid does not fall and the message does not change until
// ready. A decision is presented in the cycle in which it is taken, and kept
// in the hold register if it is not accepted there; answers go through the
// hold register. Nothing is accepted while a message waits, so that each
// stimulus is answered in full before the next one counts.

module gicv3_redist_stream (
    input logic clk_i,
    input logic rst_ni,

    // message in; accepted in a cycle with msg_fire_i
    input  logic        msg_fire_i,
    input  logic [ 7:0] msg_opcode_i,
    input  logic [63:0] msg_addr_i,
    input  logic [63:0] msg_data_i,

    // message out
    output logic        out_valid_o,
    input  logic        out_ready_i,
    output logic [ 3:0] out_opcode_o,
    output logic [63:0] out_addr_o,
    output logic [63:0] out_data_o,

    // the interrupts
    input  logic [ 31:0] ready_i,   // candidates but for the CPU interface
    input  logic [ 31:0] g1ns_i,
    input  logic [ 31:0] g1s_i,
    input  logic [255:0] plane_i,
    output logic         activate_o,

    // the other blocks
    input  logic ds_i,
    input  logic ds_pin_i,           // what ds_i will be in the next cycle
    input  logic processor_sleep_i,
    input  logic quiesce_req_i,
    input  logic quiesced_i,
    output logic clear_waits_o
);

  // What is held.
  logic current_valid_q, superseded_valid_q, clear_waits_q;
  logic [4:0] current_id_q, superseded_id_q;
  logic [31:0] current_onehot_q;
  logic [7:0] current_prio_q;
  logic [1:0] current_group_q;
  // Group enables of the CPU interface.
  logic [2:0] cpu_enable_q;
  // Messages that wait.
  logic hold_valid_q, sgi_ack_q, ds_sent_q;
  logic [3:0] hold_opcode_q;
  logic [63:0] hold_addr_q, hold_data_q;

  assign clear_waits_o = clear_waits_q;

  // Messages in: does it name what is held? superseded is looked at first.
  logic is_intid, hit_superseded, hit_current, returned;
  assign is_intid = msg_addr_i[63:5] == '0;
  assign hit_superseded =
      superseded_valid_q && is_intid && msg_addr_i[4:0] == superseded_id_q;
  assign hit_current = current_valid_q && is_intid && msg_addr_i[4:0] == current_id_q;
  assign activate_o = msg_fire_i && msg_opcode_i == gicv3_redist_pkg::InActivate &&
                      (hit_superseded || hit_current);
  assign returned = activate_o ||
                    (msg_fire_i && msg_opcode_i == gicv3_redist_pkg::InRelease);

  // The decision: CLEAR, SET or nothing.
  logic [31:0] g0, candidates, best_onehot;
  logic decide, best_valid, current_stale, send_clear, send_set;
  logic [4:0] best_id;
  logic [7:0] best_prio, current_prio;
  logic [1:0] best_group, current_group;

  assign g0 = ~(g1ns_i | g1s_i);
  assign candidates = ready_i & ((g0 & {32{cpu_enable_q[gicv3_redist_pkg::GrpG0]}}) |
                                 (g1ns_i & {32{cpu_enable_q[gicv3_redist_pkg::GrpG1NS]}}) |
                                 (g1s_i & {32{cpu_enable_q[gicv3_redist_pkg::GrpG1S]}}));
  assign decide = !processor_sleep_i && !superseded_valid_q && !clear_waits_q &&
                  !hold_valid_q && !sgi_ack_q && ds_sent_q == ds_i;

  gicv3_redist_prio u_prio (
      .en_i    (decide),
      .cand_i  (candidates),
      .plane_i (plane_i),
      .valid_o (best_valid),
      .onehot_o(best_onehot),
      .id_o    (best_id),
      .prio_o  (best_prio)
  );

  // What the interrupt that is current would be SET with now.
  always_comb begin
    current_prio  = '0;
    current_stale = 1'b0;
    current_group = '0;
    if (decide && current_valid_q) begin
      for (int b = 0; b < 8; b++) begin
        current_prio[b] = |(plane_i[32*b+:32] & current_onehot_q);
      end
      current_group = {|(g1s_i & current_onehot_q), |(g1ns_i & current_onehot_q)};
      current_stale = (candidates & current_onehot_q) == '0 ||
                      current_prio != current_prio_q || current_group != current_group_q;
    end
  end

  assign best_group = {|(g1s_i & best_onehot), |(g1ns_i & best_onehot)};
  assign send_clear = decide && current_valid_q && current_stale;
  assign send_set = decide && best_valid && !send_clear &&
                    (!current_valid_q || best_prio < current_prio_q);

  // Message out.
  always_comb begin
    out_valid_o  = 1'b1;
    out_opcode_o = gicv3_redist_pkg::OutSet;
    out_addr_o   = '0;
    out_data_o   = '0;
    if (hold_valid_q) begin
      out_opcode_o = hold_opcode_q;
      out_addr_o   = hold_addr_q;
      out_data_o   = hold_data_q;
    end else if (sgi_ack_q) begin
      out_opcode_o = gicv3_redist_pkg::OutGenerateSgiAck;
    end else if (ds_sent_q != ds_i) begin
      out_opcode_o  = gicv3_redist_pkg::OutDownstreamControl;
      out_data_o[0] = ds_i;
    end else if (send_clear) begin
      out_opcode_o = gicv3_redist_pkg::OutClear;
      out_addr_o   = 64'(current_id_q);
    end else if (send_set) begin
      out_opcode_o = gicv3_redist_pkg::OutSet;
      out_addr_o   = 64'(best_id);
      out_data_o   = {54'h0, best_group, best_prio};
    end else begin
      out_valid_o = 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      hold_valid_q  <= 1'b0;
      hold_opcode_q <= '0;
      hold_addr_q   <= '0;
      hold_data_q   <= '0;
      sgi_ack_q     <= 1'b0;
      ds_sent_q     <= ds_pin_i;  // no message about a change in reset
    end else if (out_valid_o) begin
      hold_valid_q <= !out_ready_i;
      if (!hold_valid_q) begin
        hold_opcode_q <= out_opcode_o;
        hold_addr_q   <= out_addr_o;
        hold_data_q   <= out_data_o;
        if (sgi_ack_q) sgi_ack_q <= 1'b0;
        else ds_sent_q <= ds_i;
      end
    end else if (quiesce_req_i) begin
      hold_valid_q  <= 1'b1;
      hold_opcode_q <= gicv3_redist_pkg::OutQuiesce;
      hold_addr_q   <= '0;
      hold_data_q   <= '0;
    end else if (msg_fire_i) begin
      hold_addr_q <= msg_addr_i;
      hold_data_q <= '0;
      case (msg_opcode_i)
        gicv3_redist_pkg::InActivate: begin
          hold_valid_q  <= 1'b1;
          hold_opcode_q <= gicv3_redist_pkg::OutActivateAck;
        end
        gicv3_redist_pkg::InDeactivate: begin
          hold_valid_q  <= 1'b1;
          hold_opcode_q <= gicv3_redist_pkg::OutDeactivateAck;
        end
        gicv3_redist_pkg::InGenerateSgi: begin
          hold_valid_q  <= 1'b1;
          hold_opcode_q <= gicv3_redist_pkg::OutNetSgi;
          hold_data_q   <= msg_data_i;
          sgi_ack_q     <= 1'b1;
        end
        gicv3_redist_pkg::InUpstreamControl: begin
          hold_valid_q  <= 1'b1;
          hold_opcode_q <= gicv3_redist_pkg::OutUpstreamControlAck;
        end
        default: ;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      cpu_enable_q <= '0;
    end else if (msg_fire_i && msg_opcode_i == gicv3_redist_pkg::InUpstreamControl &&
                 msg_addr_i == '0) begin
      cpu_enable_q <= msg_data_i[2:0];
    end
  end

  // What is held. A decision and a message in never meet in one cycle.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      current_valid_q    <= 1'b0;
      current_id_q       <= '0;
      current_onehot_q   <= '0;
      current_prio_q     <= '0;
      current_group_q    <= '0;
      superseded_valid_q <= 1'b0;
      superseded_id_q    <= '0;
      clear_waits_q      <= 1'b0;
    end else if (send_clear) begin
      clear_waits_q <= 1'b1;
    end else if (send_set) begin
      superseded_valid_q <= current_valid_q;
      superseded_id_q    <= current_id_q;
      current_valid_q    <= 1'b1;
      current_id_q       <= best_id;
      current_onehot_q   <= best_onehot;
      current_prio_q     <= best_prio;
      current_group_q    <= best_group;
    end else if (quiesced_i) begin
      current_valid_q    <= 1'b0;
      superseded_valid_q <= 1'b0;
      clear_waits_q      <= 1'b0;
    end else if (returned) begin
      if (hit_superseded) superseded_valid_q <= 1'b0;
      else if (hit_current) current_valid_q <= 1'b0;
    end else if (msg_fire_i && msg_opcode_i == gicv3_redist_pkg::InClearAck &&
                 clear_waits_q) begin
      clear_waits_q   <= 1'b0;
      current_valid_q <= 1'b0;
    end
  end

endmodule
