// SPDX-License-Identifier: GPL-2.0-or-later
//
// The two ports out: memory requests and messages. In any cycle at most one of
// the *_i flags is set: one request or one message, which is on its port from
// the next cycle on, until another one follows. Its req then changes.

module vtd_ir_out (
    input logic clk_i,
    input logic rst_ni,

    // memory: an entry is read,
    input logic        entry_i,
    input logic [63:0] entry_addr_i,
    // a descriptor of a posted interrupt is read or updated,
    input logic        post_i,
    input logic        post_cas_i,
    input logic [ 2:0] post_size_i,
    input logic [63:0] post_addr_i,
    input logic [63:0] post_expected_i,
    input logic [63:0] post_desired_i,
    // the invalidation queue reads, or writes a status
    input logic        queue_i,
    input logic        queue_write_i,
    input logic [63:0] queue_addr_i,
    input logic [31:0] queue_data_i,

    output logic        mem_req_o,
    output logic [ 1:0] mem_op_o,
    output logic [ 2:0] mem_size_o,
    output logic [63:0] mem_addr_o,
    output logic [63:0] mem_wdata_o,
    output logic [63:0] mem_desired_o,

    // messages: PASS or a remapped interrupt,
    input logic        landed_i,
    input logic        landed_pass_i,
    input logic [63:0] landed_addr_i,
    input logic [47:0] landed_info_i,
    // a notification,
    input logic        notify_i,
    input logic [31:0] notify_dest_i,
    input logic [ 7:0] notify_nv_i,
    // an event of the unit,
    input logic        fault_i,
    input logic [63:0] fault_addr_i,
    input logic [31:0] fault_data_i,
    input logic        completion_i,
    input logic [63:0] completion_addr_i,
    input logic [31:0] completion_data_i,
    // a descriptor for the DMA side
    input logic        dma_i,
    input logic        dma_high_i,
    input logic [63:0] dma_lo_i,
    input logic [63:0] dma_hi_i,

    output logic        msg_req_o,
    output logic [ 2:0] msg_opcode_o,
    output logic [63:0] msg_addr_o,
    output logic [63:0] msg_data_o
);

  logic mem_req_q, msg_req_q;
  assign mem_req_o = mem_req_q;
  assign msg_req_o = msg_req_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      mem_req_q <= 1'b0;
    end else if (entry_i || post_i || queue_i) begin
      mem_req_q <= !mem_req_q;
      if (post_i) begin
        mem_op_o      <= post_cas_i ? vtd_ir_pkg::MemCas : vtd_ir_pkg::MemRead;
        mem_size_o    <= post_size_i;
        mem_addr_o    <= post_addr_i;
        mem_wdata_o   <= post_expected_i;
        mem_desired_o <= post_desired_i;
      end else if (entry_i) begin
        mem_op_o   <= vtd_ir_pkg::MemRead;
        mem_size_o <= vtd_ir_pkg::Size16;
        mem_addr_o <= entry_addr_i;
      end else begin
        mem_op_o    <= queue_write_i ? vtd_ir_pkg::MemWrite : vtd_ir_pkg::MemRead;
        mem_size_o  <= queue_write_i ? vtd_ir_pkg::Size4 : vtd_ir_pkg::Size16;
        mem_addr_o  <= queue_addr_i;
        mem_wdata_o <= {32'h0, queue_data_i};
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      msg_req_q <= 1'b0;
    end else if (landed_i || notify_i || fault_i || completion_i || dma_i) begin
      msg_req_q <= !msg_req_q;
      if (landed_i) begin
        msg_opcode_o <= landed_pass_i ? vtd_ir_pkg::MsgPass : vtd_ir_pkg::MsgRemapped;
        msg_addr_o   <= landed_addr_i;
        msg_data_o   <= {16'h0, landed_info_i};
      end else if (notify_i) begin
        msg_opcode_o <= vtd_ir_pkg::MsgNotify;
        msg_addr_o   <= {32'h0, notify_dest_i};
        msg_data_o   <= {56'h0, notify_nv_i};
      end else if (fault_i) begin
        msg_opcode_o <= vtd_ir_pkg::MsgFaultEvent;
        msg_addr_o   <= fault_addr_i;
        msg_data_o   <= {32'h0, fault_data_i};
      end else if (completion_i) begin
        msg_opcode_o <= vtd_ir_pkg::MsgCompletionEvent;
        msg_addr_o   <= completion_addr_i;
        msg_data_o   <= {32'h0, completion_data_i};
      end else begin
        msg_opcode_o <= dma_high_i ? vtd_ir_pkg::MsgDmaDescHigh : vtd_ir_pkg::MsgDmaDesc;
        msg_addr_o   <= dma_lo_i;
        msg_data_o   <= dma_hi_i;
      end
    end
  end

endmodule
