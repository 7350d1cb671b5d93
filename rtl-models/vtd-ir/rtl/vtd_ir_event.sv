// SPDX-License-Identifier: GPL-2.0-or-later
//
// An event of the unit itself: its control, data, address and upper address
// registers, which lie one after the other. VT-d specification, "Fault Event"
// and "Invalidation Completion Event" registers.

module vtd_ir_event (
    input logic clk_i,
    input logic rst_ni,

    input logic       cfg_eim_i,
    input logic [7:0] base_i,     // offset / 4 of the control register

    input logic condition_i,  // an interrupt condition
    input logic quiet_i,      // all its status fields are clear

    input logic        wr_i,
    input logic [ 7:0] wr_word_i,
    input logic [31:0] wr_data_i,

    output logic [31:0] control_o,
    output logic [31:0] data_o,
    output logic [31:0] addr_o,
    output logic [31:0] uaddr_o,

    output logic send_o  // in this cycle
);

  logic im_q, ip_q;
  logic [15:0] data_q;
  logic [31:2] addr_q;
  logic [31:0] uaddr_q;
  logic ip, wr_control;

  assign ip = ip_q && !quiet_i;
  assign wr_control = wr_i && wr_word_i == base_i;
  assign send_o = condition_i ? !im_q : wr_control && !wr_data_i[31] && ip;

  assign control_o = {im_q, ip, 30'h0};
  assign data_o = {16'h0, data_q};
  assign addr_o = {addr_q, 2'b00};
  assign uaddr_o = uaddr_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      im_q    <= 1'b1;
      ip_q    <= 1'b0;
      data_q  <= '0;
      addr_q  <= '0;
      uaddr_q <= '0;
    end else begin
      ip_q <= ip;
      if (condition_i) ip_q <= im_q;
      if (wr_i) begin
        if (wr_word_i == base_i) begin
          im_q <= wr_data_i[31];
          if (!wr_data_i[31]) ip_q <= 1'b0;
        end
        if (wr_word_i == base_i + 8'd1) data_q <= wr_data_i[15:0];
        if (wr_word_i == base_i + 8'd2) addr_q <= wr_data_i[31:2];
        if (wr_word_i == base_i + 8'd3) uaddr_q <= wr_data_i & {32{cfg_eim_i}};
      end
    end
  end

endmodule
