// SPDX-License-Identifier: GPL-2.0-or-later
//
// What waits for its time, in order: 8 places. A push into a full queue is
// only allowed together with a pop.

module vtd_ir_pending #(
    parameter int unsigned AWidth = 64,
    parameter int unsigned BWidth = 50
) (
    input logic clk_i,
    input logic rst_ni,

    input logic              push_i,
    input logic [      63:0] push_due_i,
    input logic [AWidth-1:0] push_a_i,
    input logic [BWidth-1:0] push_b_i,

    input  logic              pop_i,
    output logic              empty_o,
    output logic              full_o,
    // the oldest
    output logic [      63:0] due_o,
    output logic [AWidth-1:0] a_o,
    output logic [BWidth-1:0] b_o
);

  logic [63:0] due_q[0:7];
  logic [AWidth-1:0] a_q[0:7];
  logic [BWidth-1:0] b_q[0:7];
  logic [2:0] first_q;
  logic [3:0] count_q;
  logic [2:0] last;

  assign last = first_q + count_q[2:0];
  assign empty_o = count_q == '0;
  assign full_o = count_q[3];
  assign due_o = due_q[first_q];
  assign a_o = a_q[first_q];
  assign b_o = b_q[first_q];

  always_ff @(posedge clk_i) begin
    if (push_i) begin
      due_q[last] <= push_due_i;
      a_q[last]   <= push_a_i;
      b_q[last]   <= push_b_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      first_q <= '0;
      count_q <= '0;
    end else begin
      if (pop_i) first_q <= first_q + 3'd1;
      if (push_i && !pop_i) count_q <= count_q + 4'd1;
      else if (pop_i && !push_i) count_q <= count_q - 4'd1;
    end
  end

endmodule
