// SPDX-License-Identifier: GPL-2.0-or-later
//
// The invalidation queue: its registers, the fetch of descriptors, those that
// concern interrupts and the wait, and the hand-over of the others to the DMA
// side. VT-d specification, "Queued Invalidation Interface".
//
// step_i: as in vtd_ir_post. start_i comes with a step and with run_o; the
// queue is then at work until done_o. In a step with drain_o everything that is
// pending has to land before the next step.

module vtd_ir_invq (
    input logic clk_i,
    input logic rst_ni,
    input logic step_i,

    input logic       cfg_dw_i,
    input logic [3:0] cfg_mhmv_i,

    input logic qies_i,
    input logic disable_i,  // QIES is cleared

    // register writes
    input logic        wr_i,
    input logic [ 7:0] wr_word_i,
    input logic [31:0] wr_data_i,

    // the DMA side's answer
    input logic        dma_done_i,
    input logic [31:0] dma_data_i,

    output logic run_o,      // there is a descriptor to work on
    input  logic start_i,
    output logic done_o,     // ends in this step
    input  logic pending_i,  // something is pending
    output logic drain_o,

    // memory: request, and answer to the last one
    output logic        mem_valid_o,
    output logic        mem_write_o,
    output logic [63:0] mem_addr_o,
    output logic [31:0] mem_data_o,
    input  logic [63:0] mem_lo_i,
    input  logic [63:0] mem_hi_i,
    input  logic        mem_error_i,

    // message to the DMA side
    output logic        dma_valid_o,
    output logic        dma_high_o,
    output logic [63:0] dma_lo_o,
    output logic [63:0] dma_hi_o,

    // invalidation of the entry cache
    output logic        inv_all_o,
    output logic        inv_some_o,
    output logic [15:0] inv_index_o,
    output logic [ 3:0] inv_im_o,

    // status; set_*: in this step
    output logic set_error_o,  // IQE, ICE or ITE
    output logic set_iwc_o,
    output logic iqe_o,
    output logic ice_o,
    output logic ite_o,
    output logic iwc_o,

    output logic [18:4] iqh_o,
    output logic [18:4] iqt_o,
    output logic [63:0] iqa_o,
    output logic [63:0] iqercd_o
);

  localparam logic [2:0] StIdle = 3'd0;
  localparam logic [2:0] StFetch = 3'd1;
  localparam logic [2:0] StFetchHigh = 3'd2;  // bits 255:128
  localparam logic [2:0] StDrained = 3'd3;    // a wait, and nothing is pending
  localparam logic [2:0] StWritten = 3'd4;    // a wait, with its status written
  localparam logic [2:0] StDmaLow = 3'd5;     // DMA_DESC_HIGH is out

  localparam logic [3:0] TypeIec = 4'd4;
  localparam logic [3:0] TypeWait = 4'd5;

  logic [2:0] state_q, state_d;
  logic [18:4] iqh_q, iqt_q;
  logic [63:12] iqa_q;
  logic dw_q;
  logic [2:0] qs_q;
  logic iqe_q, ice_q, ite_q, iwc_q, dma_waits_q;
  logic [3:0] iqei_q;
  logic [15:0] icesid_q, itesid_q;
  logic [63:0] lo_q, hi_q;  // the descriptor that is worked on
  logic low_error_q;        // ...could not be read

  assign iqe_o = iqe_q;
  assign ice_o = ice_q;
  assign ite_o = ite_q;
  assign iwc_o = iwc_q;
  assign iqh_o = iqh_q;
  assign iqt_o = iqt_q;
  assign iqa_o = {iqa_q, dw_q, 8'h00, qs_q};
  assign iqercd_o = {icesid_q, itesid_q, 28'h0, iqei_q};

  assign run_o = qies_i && !iqe_q && !ite_q && !dma_waits_q &&
                 (iqh_q != iqt_q || (dw_q && iqh_q[4]));

  // Heads: aligned to the width, and the next one.
  logic [18:4] head, next_head;
  logic [19:4] beyond;
  assign head   = {iqh_q[18:5], iqh_q[4] && !dw_q};
  assign beyond = {1'b0, iqh_q} + (dw_q ? 16'd2 : 16'd1);
  assign next_head = (beyond >> (4'd8 + {1'b0, qs_q})) != '0 ? '0 : beyond[18:4];

  logic iqe, advance, dma_sent, set_iwc;
  logic [3:0] iqei;
  logic complete, all_here, high_clear;
  logic [63:0] lo, hi;

  assign set_iwc_o = set_iwc;

  always_comb begin
    state_d     = state_q;
    done_o      = 1'b0;
    drain_o     = 1'b0;
    mem_valid_o = 1'b0;
    mem_write_o = 1'b0;
    mem_addr_o  = '0;
    mem_data_o  = '0;
    dma_valid_o = 1'b0;
    dma_high_o  = 1'b0;
    dma_lo_o    = '0;
    dma_hi_o    = '0;
    inv_all_o   = 1'b0;
    inv_some_o  = 1'b0;
    inv_index_o = '0;
    inv_im_o    = '0;
    iqe         = 1'b0;
    iqei        = '0;
    advance     = 1'b0;
    dma_sent    = 1'b0;
    set_iwc     = 1'b0;
    complete    = 1'b0;
    all_here    = 1'b0;
    high_clear  = 1'b1;
    lo          = lo_q;
    hi          = hi_q;
    if (step_i && (start_i || state_q != StIdle)) begin
      case (state_q)
        StIdle: begin
          if (head == iqt_q) begin
            done_o = 1'b1;  // IQH was only aligned
          end else if ((iqt_q >> (4'd8 + {1'b0, qs_q})) != '0) begin
            iqe  = 1'b1;
            iqei = vtd_ir_pkg::IqeiTail;
          end else if (dw_q && iqt_q[4]) begin
            iqe  = 1'b1;
            iqei = vtd_ir_pkg::IqeiTailAlign;
          end else begin
            mem_valid_o = 1'b1;
            mem_addr_o  = {iqa_q, 12'h000} + {45'h0, head, 4'h0};
            state_d     = StFetch;
          end
        end
        StFetch: begin
          lo = mem_lo_i;
          hi = mem_hi_i;
          if (dw_q) begin
            mem_valid_o = 1'b1;
            mem_addr_o  = {iqa_q, 12'h000} + {45'h0, iqh_q, 4'h0} + 64'd16;
            state_d     = StFetchHigh;
          end else if (mem_error_i) begin
            iqe  = 1'b1;
            iqei = vtd_ir_pkg::IqeiFetch;
          end else begin
            all_here = 1'b1;
          end
        end
        StFetchHigh: begin
          high_clear = mem_lo_i == '0 && mem_hi_i == '0;
          if (low_error_q || mem_error_i) begin
            iqe  = 1'b1;
            iqei = vtd_ir_pkg::IqeiFetch;
          end else begin
            all_here = 1'b1;
          end
        end
        StDrained: complete = 1'b1;
        StWritten: begin
          set_iwc = lo_q[4];
          advance = 1'b1;
        end
        StDmaLow: dma_sent = 1'b1;
        default: ;
      endcase

      if (all_here) begin
        if (lo[11:9] != '0) begin
          iqe  = 1'b1;
          iqei = vtd_ir_pkg::IqeiType;
        end else begin
          case (lo[3:0])
            4'd1, 4'd2, 4'd3, 4'd6, 4'd7, 4'd8: begin
              if (dw_q) begin
                dma_valid_o = 1'b1;
                dma_high_o  = 1'b1;
                dma_lo_o    = mem_lo_i;
                dma_hi_o    = mem_hi_i;
                state_d     = StDmaLow;
              end else begin
                dma_sent = 1'b1;
              end
            end
            TypeIec: begin
              if (lo[8:5] != '0 || lo[26:12] != '0 || lo[63:48] != '0 || hi != '0 ||
                  !high_clear || (lo[4] && lo[31:27] > {1'b0, cfg_mhmv_i})) begin
                iqe  = 1'b1;
                iqei = vtd_ir_pkg::IqeiReserved;
              end else begin
                inv_all_o   = !lo[4];
                inv_some_o  = lo[4];
                inv_index_o = lo[47:32];
                inv_im_o    = lo[30:27];
                advance     = 1'b1;
              end
            end
            TypeWait: begin
              if (lo[8:7] != '0 || lo[31:12] != '0 || hi[1:0] != '0 || !high_clear) begin
                iqe  = 1'b1;
                iqei = vtd_ir_pkg::IqeiReserved;
              end else if (pending_i) begin
                drain_o = 1'b1;
                state_d = StDrained;
              end else begin
                complete = 1'b1;
              end
            end
            default: begin
              iqe  = 1'b1;
              iqei = vtd_ir_pkg::IqeiType;
            end
          endcase
        end
      end

      // A wait whose older requests have landed.
      if (complete) begin
        if (lo[5]) begin
          mem_valid_o = 1'b1;
          mem_write_o = 1'b1;
          mem_addr_o  = {hi[63:2], 2'b00};
          mem_data_o  = lo[63:32];
          state_d     = StWritten;
        end else begin
          set_iwc = lo[4];
          advance = 1'b1;
        end
      end
      if (dma_sent) begin
        dma_valid_o = 1'b1;
        dma_lo_o    = lo;
        dma_hi_o    = hi;
      end
      if (iqe || advance || dma_sent) done_o = 1'b1;
      if (done_o) state_d = StIdle;
    end
  end

  // The DMA side's answer.
  logic dma_ends, dma_iqe, dma_ice, dma_ite;
  assign dma_ends = dma_done_i && dma_waits_q;
  assign dma_iqe  = dma_ends && dma_data_i[3:0] == 4'd1;
  assign dma_ite  = dma_ends && dma_data_i[3:0] == 4'd2;
  assign dma_ice  = dma_ends && dma_data_i[3:0] == 4'd3;
  assign set_error_o = iqe || dma_iqe || dma_ite || dma_ice;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q     <= StIdle;
      iqh_q       <= '0;
      dma_waits_q <= 1'b0;
    end else begin
      state_q <= state_d;
      if (start_i && step_i) iqh_q <= head;
      if (advance || (dma_ends && !dma_iqe)) iqh_q <= next_head;
      if (dma_sent) dma_waits_q <= 1'b1;
      if (dma_ends) dma_waits_q <= 1'b0;
      if (disable_i) begin
        iqh_q       <= '0;
        dma_waits_q <= 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (step_i && state_q == StFetch) begin
      lo_q        <= mem_lo_i;
      hi_q        <= mem_hi_i;
      low_error_q <= mem_error_i;
    end
  end

  // Errors. ICE does not stop the queue: what ICESID says belongs to the
  // error that set ICE, not to a later one.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      iqe_q    <= 1'b0;
      ice_q    <= 1'b0;
      ite_q    <= 1'b0;
      iwc_q    <= 1'b0;
      iqei_q   <= '0;
      icesid_q <= '0;
      itesid_q <= '0;
    end else begin
      if (wr_i && wr_word_i == vtd_ir_pkg::RegFsts) begin
        if (wr_data_i[4]) iqe_q <= 1'b0;
        if (wr_data_i[5]) ice_q <= 1'b0;
        if (wr_data_i[6]) ite_q <= 1'b0;
      end
      if (wr_i && wr_word_i == vtd_ir_pkg::RegIcs && wr_data_i[0]) iwc_q <= 1'b0;
      if (set_iwc) iwc_q <= 1'b1;
      if (iqe || dma_iqe) begin
        iqe_q  <= 1'b1;
        iqei_q <= iqe ? iqei : dma_data_i[7:4];
      end
      if (dma_ice) begin
        ice_q <= 1'b1;
        if (!ice_q) icesid_q <= dma_data_i[31:16];
      end
      if (dma_ite) begin
        ite_q    <= 1'b1;
        itesid_q <= dma_data_i[31:16];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      iqt_q <= '0;
      iqa_q <= '0;
      dw_q  <= 1'b0;
      qs_q  <= '0;
    end else if (wr_i) begin
      case (wr_word_i)
        vtd_ir_pkg::RegIqt: iqt_q <= wr_data_i[18:4];
        vtd_ir_pkg::RegIqa: begin
          iqa_q[31:12] <= wr_data_i[31:12];
          dw_q         <= wr_data_i[11] && cfg_dw_i;
          qs_q         <= wr_data_i[2:0];
        end
        vtd_ir_pkg::RegIqaHigh: iqa_q[63:32] <= wr_data_i;
        default: ;
      endcase
    end
  end

  logic unused;
  assign unused = &{1'b0, dma_data_i[15:8]};

endmodule
