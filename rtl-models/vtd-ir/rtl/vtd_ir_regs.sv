// SPDX-License-Identifier: GPL-2.0-or-later
//
// The register page: what a read returns, the global command and the
// interrupt remapping table address. The registers of the invalidation queue,
// the fault log and the events are kept by those. VT-d specification,
// "Register Descriptions".

module vtd_ir_regs (
    input logic clk_i,
    input logic rst_ni,

    input logic       cfg_pi_i,
    input logic       cfg_eim_i,
    input logic       cfg_esirtps_i,
    input logic [3:0] cfg_mhmv_i,
    input logic [3:0] cfg_frcd_i,

    // read: 8 bytes, and the half that a read of 4 bytes is about
    input  logic        rd_i,
    input  logic [ 9:2] rd_word_i,
    input  logic        rd_wide_i,
    output logic [63:0] rd_data_o,

    // write of 4 bytes, but GCMD_REG
    input logic        wr_i,
    input logic [ 7:0] wr_word_i,
    input logic [31:0] wr_data_i,

    // GCMD_REG
    input  logic        gcmd_i,           // act on it now
    input  logic [31:0] gcmd_data_i,
    output logic        gcmd_drains_o,    // what is pending has to land before
    output logic        gcmd_inv_o,       // invalidate the entry cache
    output logic        gcmd_qi_off_o,

    output logic qies_o,
    output logic ires_o,
    output logic cfis_o,
    output logic irtps_o,
    // as latched by SIRTP
    output logic [63:12] table_o,
    output logic         eime_o,
    output logic [3:0]   size_o,

    // kept elsewhere
    input  logic        pfo_i,
    input  logic        ppf_i,
    input  logic [ 2:0] fri_i,
    output logic [ 2:0] frcd_index_o,
    input  logic [63:0] frcd_lo_i,
    input  logic [63:0] frcd_hi_i,
    input  logic        iqe_i,
    input  logic        ice_i,
    input  logic        ite_i,
    input  logic        iwc_i,
    input  logic [18:4] iqh_i,
    input  logic [18:4] iqt_i,
    input  logic [63:0] iqa_i,
    input  logic [63:0] iqercd_i,
    input  logic [31:0] fectl_i,
    input  logic [31:0] fedata_i,
    input  logic [31:0] feaddr_i,
    input  logic [31:0] feuaddr_i,
    input  logic [31:0] iectl_i,
    input  logic [31:0] iedata_i,
    input  logic [31:0] ieaddr_i,
    input  logic [31:0] ieuaddr_i
);

  logic qies_q, ires_q, irtps_q, cfis_q;
  logic [63:12] irta_q, table_q;
  logic eime_q, latched_eime_q;
  logic [3:0] size_q, latched_size_q;

  assign qies_o = qies_q;
  assign ires_o = ires_q;
  assign cfis_o = cfis_q;
  assign irtps_o = irtps_q;
  assign table_o = table_q;
  assign eime_o = latched_eime_q;
  assign size_o = latched_size_q;

  assign gcmd_drains_o = gcmd_data_i[vtd_ir_pkg::GcmdSirtp] ||
                         gcmd_data_i[vtd_ir_pkg::GcmdCfi] != cfis_q ||
                         gcmd_data_i[vtd_ir_pkg::GcmdIre] != ires_q;
  assign gcmd_inv_o = gcmd_i && gcmd_data_i[vtd_ir_pkg::GcmdSirtp] && cfg_esirtps_i;
  assign gcmd_qi_off_o = gcmd_i && !gcmd_data_i[vtd_ir_pkg::GcmdQie];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      qies_q         <= 1'b0;
      ires_q         <= 1'b0;
      irtps_q        <= 1'b0;
      cfis_q         <= 1'b0;
      table_q        <= '0;
      latched_eime_q <= 1'b0;
      latched_size_q <= '0;
    end else if (gcmd_i) begin
      qies_q <= gcmd_data_i[vtd_ir_pkg::GcmdQie];
      ires_q <= gcmd_data_i[vtd_ir_pkg::GcmdIre];
      cfis_q <= gcmd_data_i[vtd_ir_pkg::GcmdCfi];
      if (gcmd_data_i[vtd_ir_pkg::GcmdSirtp]) begin
        irtps_q        <= 1'b1;
        table_q        <= irta_q;
        latched_eime_q <= eime_q;
        latched_size_q <= size_q;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      irta_q <= '0;
      eime_q <= 1'b0;
      size_q <= '0;
    end else if (wr_i) begin
      if (wr_word_i == vtd_ir_pkg::RegIrta) begin
        irta_q[31:12] <= wr_data_i[31:12];
        eime_q        <= wr_data_i[11] && cfg_eim_i;
        size_q        <= wr_data_i[3:0];
      end
      if (wr_word_i == vtd_ir_pkg::RegIrtaHigh) irta_q[63:32] <= wr_data_i;
    end
  end

  // Reads.
  logic [63:0] row;
  logic [5:0] frcd;
  assign frcd = rd_word_i[9:4] - vtd_ir_pkg::Fro[5:0];
  assign frcd_index_o = frcd[2:0];

  always_comb begin
    row       = '0;
    rd_data_o = '0;
    if (rd_i) begin
      case (rd_word_i[9:3])
        7'h01: begin  // CAP_REG
          row[62]    = cfg_esirtps_i;
          row[59]    = cfg_pi_i;
          row[47:40] = {4'h0, cfg_frcd_i - 4'd1};
          row[33:24] = vtd_ir_pkg::Fro;
        end
        7'h02: begin  // ECAP_REG
          row[23:20] = cfg_mhmv_i;
          row[4]     = cfg_eim_i;
          row[3]     = 1'b1;  // IR
          row[1]     = 1'b1;  // QI
        end
        7'h03: begin  // GSTS_REG
          row[32+vtd_ir_pkg::GcmdQie]   = qies_q;
          row[32+vtd_ir_pkg::GcmdIre]   = ires_q;
          row[32+vtd_ir_pkg::GcmdSirtp] = irtps_q;
          row[32+vtd_ir_pkg::GcmdCfi]   = cfis_q;
        end
        7'h06: row = {21'h0, fri_i, 1'b0, ite_i, ice_i, iqe_i, 2'b00, ppf_i, pfo_i, 32'h0};
        7'h07: row = {fedata_i, fectl_i};
        7'h08: row = {feuaddr_i, feaddr_i};
        7'h10: row = {45'h0, iqh_i, 4'h0};
        7'h11: row = {45'h0, iqt_i, 4'h0};
        7'h12: row = iqa_i;
        7'h13: row = {31'h0, iwc_i, 32'h0};
        7'h14: row = {iedata_i, iectl_i};
        7'h15: row = {ieuaddr_i, ieaddr_i};
        7'h16: row = iqercd_i;
        7'h17: row = {irta_q, eime_q, 7'h00, size_q};
        default: if (frcd < {2'b00, cfg_frcd_i}) row = rd_word_i[3] ? frcd_hi_i : frcd_lo_i;
      endcase
      rd_data_o = rd_wide_i ? row : {32'h0, rd_word_i[2] ? row[63:32] : row[31:0]};
    end
  end

endmodule
