// SPDX-License-Identifier: GPL-2.0-or-later
//
// Address decoder: which register an access selects, if its size and its
// alignment are legal for that register. Purely combinational.

module gicv3_redist_decode (
    input  logic        valid_i,
    input  logic [31:0] addr_i,  // offset from RD_base; beyond 0x1ffff: a miss
    input  logic [ 2:0] size_i,  // log2 of the bytes
    output logic [ 4:0] sel_o
);

  logic is_word, is_dword, is_byte;
  logic [4:0] word;

  assign is_byte = size_i == gicv3_redist_pkg::Size8;
  assign is_word = size_i == gicv3_redist_pkg::Size32 && addr_i[1:0] == 2'b00;
  assign is_dword = size_i == gicv3_redist_pkg::Size64 && addr_i[2:0] == 3'b000;
  assign word = addr_i[6:2];

  always_comb begin
    sel_o = gicv3_redist_pkg::SelReserved;
    if (valid_i && addr_i[31:17] == '0) begin
      if (addr_i[16]) begin
        // SGI_base
        if (addr_i[15:12] == 4'h0) begin
          if (addr_i[11:7] == 5'h08) begin
            // GICR_IPRIORITYR<0-7>, then <8-23>E
            if (is_word || is_byte) begin
              if (word < 5'd8) sel_o = gicv3_redist_pkg::SelIpriorityr;
              else if (word < 5'd24) sel_o = gicv3_redist_pkg::SelRes0;
            end
          end else if (is_word) begin
            // Word 0 of each register array; <1-2>E follow.
            if (word == 5'd0) begin
              case (addr_i[11:7])
                5'h01: sel_o = gicv3_redist_pkg::SelIgroupr;
                5'h02: sel_o = gicv3_redist_pkg::SelIsenabler;
                5'h03: sel_o = gicv3_redist_pkg::SelIcenabler;
                5'h04: sel_o = gicv3_redist_pkg::SelIspendr;
                5'h05: sel_o = gicv3_redist_pkg::SelIcpendr;
                5'h06: sel_o = gicv3_redist_pkg::SelIsactiver;
                5'h07: sel_o = gicv3_redist_pkg::SelIcactiver;
                5'h18: sel_o = gicv3_redist_pkg::SelIcfgr0;
                5'h1a: sel_o = gicv3_redist_pkg::SelIgrpmodr;
                5'h1c: sel_o = gicv3_redist_pkg::SelNsacr;
                5'h1f: sel_o = gicv3_redist_pkg::SelRes0;  // INMIR0
                default: ;
              endcase
            end else begin
              case (addr_i[11:7])
                5'h01, 5'h02, 5'h03, 5'h04, 5'h05, 5'h06, 5'h07, 5'h1a, 5'h1f:
                if (word <= 5'd2) sel_o = gicv3_redist_pkg::SelRes0;
                5'h18:  // ICFGR1, then ICFGR<2-5>E
                if (word == 5'd1) sel_o = gicv3_redist_pkg::SelIcfgr1;
                else if (word <= 5'd5) sel_o = gicv3_redist_pkg::SelRes0;
                default: ;
              endcase
            end
          end
        end
      end else if (addr_i[15:8] == 8'h00) begin
        // RD_base
        case (addr_i[7:2])
          6'h00: if (is_word) sel_o = gicv3_redist_pkg::SelCtlr;
          6'h01: if (is_word) sel_o = gicv3_redist_pkg::SelIidr;
          6'h02: if (is_word || is_dword) sel_o = gicv3_redist_pkg::SelTyper;
          6'h03: if (is_word) sel_o = gicv3_redist_pkg::SelTyper;
          6'h04: if (is_word) sel_o = gicv3_redist_pkg::SelStatusr;
          6'h05: if (is_word) sel_o = gicv3_redist_pkg::SelWaker;
          // MPAMIDR, PARTIDR, SYNCR
          6'h06, 6'h07, 6'h30: if (is_word) sel_o = gicv3_redist_pkg::SelRes0;
          // SETLPIR, CLRLPIR, PROPBASER, PENDBASER, INVLPIR, INVALLR
          6'h10, 6'h12, 6'h1c, 6'h1e, 6'h28, 6'h2c:
          if (is_word || is_dword) sel_o = gicv3_redist_pkg::SelRes0;
          6'h11, 6'h13, 6'h1d, 6'h1f, 6'h29, 6'h2d:
          if (is_word) sel_o = gicv3_redist_pkg::SelRes0;
          default: ;
        endcase
      end else if (addr_i[15:6] == 10'h3ff && addr_i[5:4] != 2'b00) begin
        // 0xffd0 to 0xfffc
        if (is_word) sel_o = gicv3_redist_pkg::SelId;
      end
    end
  end

endmodule
