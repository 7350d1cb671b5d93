// SPDX-License-Identifier: GPL-2.0-or-later
//
// An interrupt-remapping table entry, as read or from the entry cache: its
// checks, the source-id's, and what an accepted request becomes. VT-d
// specification, "Interrupt Remapping Table Entry (IRTE) for Remapped
// Interrupts" and "... for Posted Interrupts". Purely combinational.

module vtd_ir_entry (
    input logic        en_i,
    input logic        cached_i,  // was checked when it was read
    input logic [63:0] lo_i,
    input logic [63:0] hi_i,
    input logic [15:0] sid_i,     // of the request
    input logic [15:0] index_i,
    input logic        eime_i,
    input logic        pi_i,

    output logic        good_o,    // may be cached
    output logic        fault_o,   // to be recorded
    output logic [ 7:0] code_o,
    output logic        accept_o,
    output logic [ 1:0] kind_o,
    output logic [63:0] addr_o,
    output logic [47:0] info_o
);

  logic posted, reserved, sid_good;
  logic [15:0] sid_differs;

  always_comb begin
    good_o      = 1'b0;
    fault_o     = 1'b0;
    code_o      = vtd_ir_pkg::FrEntryP;
    accept_o    = 1'b0;
    kind_o      = vtd_ir_pkg::KindRemapped;
    addr_o      = '0;
    info_o      = '0;
    posted      = 1'b0;
    reserved    = 1'b0;
    sid_good    = 1'b0;
    sid_differs = '0;
    if (en_i) begin
      posted = lo_i[15] && pi_i;
      if (!cached_i) begin
        reserved = hi_i[19:18] == 2'b11 || hi_i[31:20] != '0 || lo_i[31:24] != '0 ||
                   lo_i[13:12] != '0;
        if (posted) begin
          reserved = reserved || lo_i[7:2] != '0 || lo_i[37:32] != '0;
        end else begin
          reserved = reserved || lo_i[15:14] != '0 || hi_i[63:32] != '0 ||
                     lo_i[7:5] == 3'd3 || lo_i[7:5] == 3'd6 ||
                     (!eime_i && (lo_i[63:48] != '0 || lo_i[39:32] != '0));
        end
      end
      // SVT and SQ: which source-ids may use the entry.
      sid_differs = sid_i ^ hi_i[15:0];
      case (hi_i[19:18])
        2'd1:
        case (hi_i[17:16])
          2'd0: sid_good = sid_differs == '0;
          2'd1: sid_good = (sid_differs & 16'hfffb) == '0;
          2'd2: sid_good = (sid_differs & 16'hfff9) == '0;
          default: sid_good = (sid_differs & 16'hfff8) == '0;
        endcase
        2'd2: sid_good = sid_i[15:8] >= hi_i[15:8] && sid_i[15:8] <= hi_i[7:0];
        default: sid_good = 1'b1;
      endcase

      if (!cached_i && !lo_i[0]) begin
        fault_o = !lo_i[1];
      end else if (reserved) begin
        fault_o = !lo_i[1];
        code_o  = vtd_ir_pkg::FrIrteRsvd;
      end else begin
        good_o = 1'b1;
        if (!sid_good) begin
          fault_o = !lo_i[1];
          code_o  = vtd_ir_pkg::FrSidErr;
        end else begin
          accept_o = 1'b1;
        end
      end

      if (posted) begin
        kind_o = vtd_ir_pkg::KindPosted;
        addr_o = {hi_i[63:32], lo_i[63:38], 6'h00};
        info_o = {index_i, sid_i, 5'h00, eime_i, lo_i[1], lo_i[14], lo_i[23:16]};
      end else begin
        addr_o = eime_i ? {32'h0, lo_i[63:32]} : {56'h0, lo_i[47:40]};
        // TM, then RH, DM, DLM, V
        info_o = {32'h0, lo_i[4], 2'b00, lo_i[3], lo_i[2], lo_i[7:5], lo_i[23:16]};
      end
    end
  end

  // AVAIL is software's.
  logic unused;
  assign unused = &{1'b0, lo_i[11:8]};

endmodule
