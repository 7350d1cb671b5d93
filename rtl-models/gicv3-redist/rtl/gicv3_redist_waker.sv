// SPDX-License-Identifier: GPL-2.0-or-later
//
// GICR_WAKER: ProcessorSleep and ChildrenAsleep, the QUIESCE handshake and
// the WakeRequest output. Arm IHI 0069, "Power management".

module gicv3_redist_waker (
    input  logic clk_i,
    input  logic rst_ni,
    // write of GICR_WAKER that may change it
    input  logic we_i,
    input  logic processor_sleep_i,
    // QUIESCE_ACK arrived
    input  logic quiesce_ack_i,
    // some interrupt would wake the PE
    input  logic wake_any_i,

    output logic processor_sleep_o,
    output logic children_asleep_o,
    output logic quiesce_req_o,   // send QUIESCE; high in the cycle of the write
    output logic quiesced_o,      // drop what is held; high in the cycle of the ack
    output logic wake_request_o,
    output logic settled_o        // WakeRequest is up to date
);

  logic sleep_q, asleep_q, waiting_q, wake_q;
  logic wake_d;

  assign processor_sleep_o = sleep_q;
  assign children_asleep_o = asleep_q;
  assign quiesce_req_o = we_i && processor_sleep_i && !sleep_q;
  assign quiesced_o = quiesce_ack_i && waiting_q;
  assign wake_request_o = wake_q;

  // Registered, since a power controller cannot live with glitches.
  assign wake_d = asleep_q && wake_any_i;
  assign settled_o = wake_d == wake_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      sleep_q   <= 1'b1;
      asleep_q  <= 1'b1;
      waiting_q <= 1'b0;
      wake_q    <= 1'b0;
    end else begin
      wake_q <= wake_d;
      if (we_i) begin
        sleep_q <= processor_sleep_i;
        if (!processor_sleep_i) begin
          asleep_q  <= 1'b0;
          waiting_q <= 1'b0;
        end else if (!sleep_q) begin
          waiting_q <= 1'b1;
        end
      end else if (quiesced_o) begin
        asleep_q  <= 1'b1;
        waiting_q <= 1'b0;
      end
    end
  end

endmodule
