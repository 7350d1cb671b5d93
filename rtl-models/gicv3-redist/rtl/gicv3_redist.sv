// SPDX-License-Identifier: GPL-2.0-or-later
//
// A GICv3 redistributor: SGIs and PPIs (INTIDs 0 to 31) of one PE, between the
// distributor, the PPI wires, the register bus and one CPU interface.
// Arm IHI 0069, "Programmers' Model" (GICR_* registers).
//
// Clock and reset: everything is synchronous to clk_i; rst_ni is sampled by
// clk_i and must be low for one rising edge. The inputs ppi_i and gicd_* are
// sampled in reset too, so that what is high through a reset is no change.
//
// Ports
//   strap_*    variant of the block; constant while out of reset
//   bus_*      register accesses. Accepted in a cycle with valid and ready;
//              response (rvalid, rdata, error) in the next cycle, which cannot
//              be stalled. size: log2 of the bytes. Byte data in bits 7:0.
//              No 64-bit register is writable, so that wdata has 32 bits.
//              An address beyond the two frames is a reserved location.
//   msg_in_*   from the CPU interface and the network, valid/ready
//   msg_out_*  to the CPU interface and the network, valid/ready. valid waits
//              for nothing, and does not fall before ready.
//   ppi_i      levels of INTIDs 31 to 16
//   gicd_*     GICD_CTLR: {EnableGrp1S, EnableGrp1NS, EnableGrp0}, and DS
//   wake_request_o, dpg_o  {DPG1S, DPG1NS, DPG0}
//   idle_o     nothing is left to do for what was accepted so far. Inputs that
//              change count from the next rising edge on.

module gicv3_redist (
    input logic clk_i,
    input logic rst_ni,

    input logic [31:0] strap_affinity_i,
    input logic [15:0] strap_processor_number_i,
    input logic        strap_last_i,
    input logic [ 3:0] strap_prio_bits_i,         // 5 to 8
    input logic        strap_icfgr1_writable_i,
    input logic        strap_dpg_i,
    input logic        strap_statusr_i,
    input logic [31:0] strap_iidr_i,

    input  logic        bus_valid_i,
    output logic        bus_ready_o,
    input  logic [31:0] bus_addr_i,
    input  logic [ 2:0] bus_size_i,
    input  logic        bus_write_i,
    input  logic        bus_secure_i,
    input  logic [31:0] bus_wdata_i,
    output logic        bus_rvalid_o,
    output logic [63:0] bus_rdata_o,
    output logic        bus_error_o,

    input  logic        msg_in_valid_i,
    output logic        msg_in_ready_o,
    input  logic [ 7:0] msg_in_opcode_i,
    input  logic [63:0] msg_in_addr_i,
    input  logic [63:0] msg_in_data_i,

    output logic        msg_out_valid_o,
    input  logic        msg_out_ready_i,
    output logic [ 3:0] msg_out_opcode_o,
    output logic [63:0] msg_out_addr_o,
    output logic [63:0] msg_out_data_o,

    input  logic [15:0] ppi_i,
    input  logic [ 2:0] gicd_enable_i,
    input  logic        gicd_ds_i,
    output logic        wake_request_o,
    output logic [ 2:0] dpg_o,
    output logic        idle_o
);

  // The distributor's state, as of the last rising edge.
  logic [2:0] dist_enable_q;
  logic ds_q;
  always_ff @(posedge clk_i) begin
    dist_enable_q <= gicd_enable_i;
    ds_q <= gicd_ds_i;
  end

  // One stimulus at a time; messages before register accesses.
  logic bus_fire, msg_fire;
  assign msg_in_ready_o = !msg_out_valid_o;
  assign bus_ready_o = !msg_out_valid_o && !msg_in_valid_i;
  assign bus_fire = bus_valid_i && bus_ready_o;
  assign msg_fire = msg_in_valid_i && msg_in_ready_o;
  assign bus_error_o = 1'b0;  // reserved locations answer OK

  // Messages in that name an INTID of ours.
  logic [4:0] msg_id;
  logic [1:0] msg_group;
  logic [1:0] msg_nsacr;
  logic is_intid, is_sgi, activate, deactivate, set_pending, sgi_forward;
  logic quiesce_ack;

  // The interrupts.
  logic [31:0] pending, enable, active, g1ns, g1s, nsacr, ready;
  logic [255:0] plane;

  assign msg_id = msg_in_addr_i[4:0];
  assign is_intid = msg_in_addr_i[63:5] == '0;
  assign is_sgi = msg_in_addr_i[63:4] == '0;
  assign msg_group = {g1s[msg_id], g1ns[msg_id]};
  assign msg_nsacr = nsacr[{msg_id[3:0], 1'b0}+:2];
  // msg_group is one of three; bit 3 of the mask is never looked at.
  assign deactivate = msg_fire && msg_in_opcode_i == gicv3_redist_pkg::InDeactivate &&
                      is_intid && msg_in_data_i[6'(msg_group)];
  assign set_pending = msg_fire && msg_in_opcode_i == gicv3_redist_pkg::InSgi &&
                       is_sgi && sgi_forward;
  assign quiesce_ack = msg_fire && msg_in_opcode_i == gicv3_redist_pkg::InQuiesceAck;

  gicv3_redist_sgi u_sgi (
      .ds_i     (ds_q),
      .asked_i  (msg_in_data_i[1:0]),
      .ns_i     (msg_in_data_i[2]),
      .group_i  (msg_group),
      .nsacr_i  (msg_nsacr),
      .forward_o(sgi_forward)
  );

  logic waker_we, processor_sleep, children_asleep, quiesce_req, quiesced;
  logic clear_waits, settled;

  gicv3_redist_regs u_regs (
      .clk_i,
      .rst_ni,
      .strap_affinity_i,
      .strap_processor_number_i,
      .strap_last_i,
      .strap_prio_bits_i,
      .strap_icfgr1_writable_i,
      .strap_dpg_i,
      .strap_statusr_i,
      .strap_iidr_i,
      .bus_fire_i       (bus_fire),
      .bus_addr_i,
      .bus_size_i,
      .bus_write_i,
      .bus_secure_i,
      .bus_wdata_i,
      .rsp_valid_o      (bus_rvalid_o),
      .rsp_rdata_o      (bus_rdata_o),
      .ppi_i,
      .ds_i             (ds_q),
      .processor_sleep_i(processor_sleep),
      .children_asleep_i(children_asleep),
      .rwp_i            (clear_waits),
      .waker_we_o       (waker_we),
      .irq_id_i         (msg_id),
      .irq_activate_i   (activate),
      .irq_deactivate_i (deactivate),
      .irq_set_pending_i(set_pending),
      .pending_o        (pending),
      .enable_o         (enable),
      .active_o         (active),
      .g1ns_o           (g1ns),
      .g1s_o            (g1s),
      .plane_o          (plane),
      .nsacr_o          (nsacr),
      .dpg_o
  );

  // Would be forwarded as far as the redistributor and the distributor go.
  assign ready = pending & enable & ~active &
                 ((~(g1ns | g1s) & {32{dist_enable_q[gicv3_redist_pkg::GrpG0]}}) |
                  (g1ns & {32{dist_enable_q[gicv3_redist_pkg::GrpG1NS]}}) |
                  (g1s & {32{dist_enable_q[gicv3_redist_pkg::GrpG1S]}}));

  gicv3_redist_waker u_waker (
      .clk_i,
      .rst_ni,
      .we_i             (waker_we),
      .processor_sleep_i(bus_wdata_i[1]),
      .quiesce_ack_i    (quiesce_ack),
      .wake_any_i       (ready != '0),
      .processor_sleep_o(processor_sleep),
      .children_asleep_o(children_asleep),
      .quiesce_req_o    (quiesce_req),
      .quiesced_o       (quiesced),
      .wake_request_o,
      .settled_o        (settled)
  );

  gicv3_redist_stream u_stream (
      .clk_i,
      .rst_ni,
      .msg_fire_i       (msg_fire),
      .msg_opcode_i     (msg_in_opcode_i),
      .msg_addr_i       (msg_in_addr_i),
      .msg_data_i       (msg_in_data_i),
      .out_valid_o      (msg_out_valid_o),
      .out_ready_i      (msg_out_ready_i),
      .out_opcode_o     (msg_out_opcode_o),
      .out_addr_o       (msg_out_addr_o),
      .out_data_o       (msg_out_data_o),
      .ready_i          (ready),
      .g1ns_i           (g1ns),
      .g1s_i            (g1s),
      .plane_i          (plane),
      .activate_o       (activate),
      .ds_i             (ds_q),
      .ds_pin_i         (gicd_ds_i),
      .processor_sleep_i(processor_sleep),
      .quiesce_req_i    (quiesce_req),
      .quiesced_i       (quiesced),
      .clear_waits_o    (clear_waits)
  );

  assign idle_o = !msg_out_valid_o && settled;

endmodule
