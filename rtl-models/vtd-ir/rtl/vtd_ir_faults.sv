// SPDX-License-Identifier: GPL-2.0-or-later
//
// The fault log: the fault recording registers, used in turn, and PFO, PPF
// and FRI of FSTS_REG. VT-d specification, "Primary Fault Logging".

module vtd_ir_faults (
    input logic clk_i,
    input logic rst_ni,

    input logic [3:0] cfg_frcd_i,  // 1 to 8 registers

    input logic        record_i,
    input logic [63:0] lo_i,
    input logic [62:0] hi_i,      // but F

    // a write to a register
    input logic        wr_i,
    input logic [ 7:0] wr_word_i,
    input logic [31:0] wr_data_i,

    // one of the recording registers
    input  logic        rd_i,
    input  logic [ 2:0] rd_index_i,
    output logic [63:0] rd_lo_o,
    output logic [63:0] rd_hi_o,

    output logic       pfo_o,
    output logic       ppf_o,
    output logic [2:0] fri_o,
    output logic       ppf_rises_o
);

  logic [63:0] lo_q[0:7];
  logic [62:0] hi_q[0:7];
  logic [7:0] f_q, used_q;  // used: since reset
  logic [2:0] next_q, fri_q;
  logic pfo_q;
  logic keep;
  logic clear_f, clear_pfo;
  logic [2:0] clear_index;

  assign keep = record_i && !pfo_q && !f_q[next_q];
  assign ppf_rises_o = keep && f_q == '0;
  assign pfo_o = pfo_q;
  assign ppf_o = f_q != '0;
  assign fri_o = fri_q;
  always_comb begin
    rd_lo_o = '0;
    rd_hi_o = '0;
    if (rd_i && used_q[rd_index_i]) begin
      rd_lo_o = lo_q[rd_index_i];
      rd_hi_o = {f_q[rd_index_i], hi_q[rd_index_i]};
    end
  end

  // F is the highest bit of the last word of four. The first of the registers
  // is in the quarter Fro of the words; it counts from 2 in its low bits.
  assign clear_index = wr_word_i[4:2] - vtd_ir_pkg::Fro[2:0];
  assign clear_f = wr_i && wr_word_i[7:2] >= vtd_ir_pkg::Fro[5:0] &&
                   wr_word_i[7:2] < vtd_ir_pkg::Fro[5:0] + {2'b00, cfg_frcd_i} &&
                   wr_word_i[1:0] == 2'b11 && wr_data_i[31];
  assign clear_pfo = wr_i && wr_word_i == vtd_ir_pkg::RegFsts && wr_data_i[0];

  always_ff @(posedge clk_i) begin
    if (keep) begin
      lo_q[next_q] <= lo_i;
      hi_q[next_q] <= hi_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      f_q    <= '0;
      used_q <= '0;
      next_q <= '0;
      fri_q  <= '0;
      pfo_q  <= 1'b0;
    end else if (record_i) begin
      if (keep) begin
        f_q[next_q] <= 1'b1;
        used_q[next_q] <= 1'b1;
        next_q      <= {1'b0, next_q} + 4'd1 == cfg_frcd_i ? '0 : next_q + 3'd1;
        if (f_q == '0) fri_q <= next_q;
      end else begin
        pfo_q <= 1'b1;
      end
    end else begin
      if (clear_f) f_q[clear_index] <= 1'b0;
      if (clear_pfo) pfo_q <= 1'b0;
    end
  end

  logic unused;
  assign unused = &{1'b0, wr_data_i[30:1]};

endmodule
