// SPDX-License-Identifier: GPL-2.0-or-later
//
// An interrupt request as it arrives: is it remapped at all, is its format
// allowed, and which entry does it name? VT-d specification, "Interrupt
// Requests in Compatibility Format" and "in Remappable Format". Purely
// combinational; one of the three outcomes is high while en_i is.

module vtd_ir_request (
    input logic        en_i,
    input logic [63:0] addr_i,
    input logic [31:0] data_i,

    input logic       ires_i,
    input logic       cfis_i,
    input logic       irtps_i,  // something is latched:
    input logic       eime_i,
    input logic [3:0] size_i,   // 2^(S+1) entries

    output logic        pass_o,
    output logic        fault_o,
    output logic [ 7:0] code_o,
    output logic        lookup_o,
    output logic [15:0] index_o    // of the fault record, too
);

  logic [16:0] index;

  always_comb begin
    pass_o   = 1'b0;
    fault_o  = 1'b0;
    code_o   = vtd_ir_pkg::FrReqRsvd;
    lookup_o = 1'b0;
    index_o  = '0;
    index    = '0;
    if (en_i) begin
      if (!ires_i) begin
        pass_o = 1'b1;
      end else if (addr_i[63:20] != 44'hfee) begin
        fault_o = 1'b1;
      end else if (!addr_i[4]) begin
        if (eime_i || !cfis_i) begin
          fault_o = 1'b1;
          code_o  = vtd_ir_pkg::FrReqCompat;
        end else begin
          pass_o = 1'b1;
        end
      end else if (addr_i[3] && data_i[31:16] != '0) begin
        fault_o = 1'b1;
      end else begin
        index = {1'b0, addr_i[2], addr_i[19:5]};
        if (addr_i[3]) index = index + {1'b0, data_i[15:0]};
        index_o = index[15:0];
        if (!irtps_i || (index >> ({1'b0, size_i} + 5'd1)) != '0) begin
          fault_o = 1'b1;
          code_o  = vtd_ir_pkg::FrIndexOver;
        end else begin
          lookup_o = 1'b1;
        end
      end
    end
  end

  // Bits 1:0 of the address mean nothing.
  logic unused;
  assign unused = &{1'b0, addr_i[1:0]};

endmodule
