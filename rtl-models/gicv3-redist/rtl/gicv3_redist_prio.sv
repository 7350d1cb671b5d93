// SPDX-License-Identifier: GPL-2.0-or-later
//
// The best candidate: lowest priority value, and lowest INTID among equals.
//
// The priorities come as bit planes (plane b has bit b of each interrupt's
// priority), and the search eliminates from the most significant plane down:
// if some candidate has a 0 there, those with a 1 are out. Eight levels of a
// 32-wide AND-OR, with no comparator and no multiplexer of INTIDs; about a
// third of the gates of a tree of 31 eight-bit comparators.

module gicv3_redist_prio (
    input  logic         en_i,
    input  logic [ 31:0] cand_i,
    input  logic [255:0] plane_i,  // plane b at [32*b +: 32]
    output logic         valid_o,
    output logic [ 31:0] onehot_o,
    output logic [  4:0] id_o,
    output logic [  7:0] prio_o
);

  logic [31:0] left7, left6, left5, left4, left3, left2, left1, left0;
  logic [31:0] zero7, zero6, zero5, zero4, zero3, zero2, zero1, zero0;

  always_comb begin
    valid_o  = en_i && cand_i != '0;
    onehot_o = '0;
    id_o     = '0;
    prio_o   = '0;
    left7 = '0; left6 = '0; left5 = '0; left4 = '0;
    left3 = '0; left2 = '0; left1 = '0; left0 = '0;
    zero7 = '0; zero6 = '0; zero5 = '0; zero4 = '0;
    zero3 = '0; zero2 = '0; zero1 = '0; zero0 = '0;
    if (valid_o) begin
      zero7 = cand_i & ~plane_i[255:224];
      left7 = zero7 != '0 ? zero7 : cand_i;
      zero6 = left7 & ~plane_i[223:192];
      left6 = zero6 != '0 ? zero6 : left7;
      zero5 = left6 & ~plane_i[191:160];
      left5 = zero5 != '0 ? zero5 : left6;
      zero4 = left5 & ~plane_i[159:128];
      left4 = zero4 != '0 ? zero4 : left5;
      zero3 = left4 & ~plane_i[127:96];
      left3 = zero3 != '0 ? zero3 : left4;
      zero2 = left3 & ~plane_i[95:64];
      left2 = zero2 != '0 ? zero2 : left3;
      zero1 = left2 & ~plane_i[63:32];
      left1 = zero1 != '0 ? zero1 : left2;
      zero0 = left1 & ~plane_i[31:0];
      left0 = zero0 != '0 ? zero0 : left1;
      prio_o = {
        zero7 == '0, zero6 == '0, zero5 == '0, zero4 == '0,
        zero3 == '0, zero2 == '0, zero1 == '0, zero0 == '0
      };
      onehot_o = left0 & (~left0 + 32'd1);
      id_o = {
        |(onehot_o & 32'hffff0000),
        |(onehot_o & 32'hff00ff00),
        |(onehot_o & 32'hf0f0f0f0),
        |(onehot_o & 32'hcccccccc),
        |(onehot_o & 32'haaaaaaaa)
      };
    end
  end

endmodule
