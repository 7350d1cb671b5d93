// SPDX-License-Identifier: GPL-2.0-or-later
//
// The sequencer: what the block is at, step by step, and in which order what is
// pending happens. Nothing changes but in a step.

module vtd_ir_seq (
    input logic clk_i,
    input logic rst_ni,
    input logic step_i,

    // the invalidation queue begins, ends, or waits for what is pending
    input logic queue_start_i,
    input logic queue_done_i,
    input logic queue_drain_i,

    // the stimulus that is taken in this step
    input logic write_i,
    input logic write_gcmd_i,
    input logic write_wide_i,   // of 8 bytes
    input logic gcmd_drains_i,
    input logic fetch_entry_i,  // a request whose entry is not cached
    input logic time_i,

    // a posted interrupt begins to land, has landed
    input logic land_posted_i,
    input logic post_done_i,

    // notifications and requests that are pending; the oldest is due
    input logic np_empty_i,
    input logic np_due_i,
    input logic rp_empty_i,
    input logic rp_due_i,

    output logic at_idle_o,
    output logic at_high_o,
    output logic at_entry_o,
    output logic at_queue_o,

    output logic take_np_o,    // the oldest of them, in this step
    output logic take_rp_o,
    output logic drains_all_o, // and not only what is due
    output logic gcmd_o        // act on GCMD_REG in this step
);

  localparam logic [2:0] StIdle = 3'd0;
  localparam logic [2:0] StHigh = 3'd1;   // bits 63:32 of a write
  localparam logic [2:0] StEntry = 3'd2;  // an entry is being read
  localparam logic [2:0] StLand = 3'd3;   // a posted interrupt is landing
  localparam logic [2:0] StDrain = 3'd4;  // what is pending, one by one
  localparam logic [2:0] StQueue = 3'd5;

  // What a drain is for; StDrain ends with it.
  localparam logic [1:0] ForTime = 2'd0;  // and only what is due
  localparam logic [1:0] ForGcmd = 2'd1;
  localparam logic [1:0] ForWait = 2'd2;

  logic [2:0] state_q, state_d;
  logic draining_q, draining_d;
  logic [1:0] purpose_q, purpose_d;
  logic all, nothing_pending;

  assign at_idle_o = state_q == StIdle;
  assign at_high_o = state_q == StHigh;
  assign at_entry_o = state_q == StEntry;
  assign at_queue_o = state_q == StQueue;
  assign all = purpose_q != ForTime;
  assign drains_all_o = draining_q && all;
  assign nothing_pending = np_empty_i && rp_empty_i;

  // A step of a drain: notifications first.
  assign take_np_o = step_i && state_q == StDrain && !np_empty_i && (all || np_due_i);
  assign take_rp_o = step_i && state_q == StDrain && !take_np_o && !rp_empty_i &&
                     (all || rp_due_i);

  always_comb begin
    state_d    = state_q;
    draining_d = draining_q;
    purpose_d  = purpose_q;
    gcmd_o     = 1'b0;
    if (step_i) begin
      case (state_q)
        StIdle: begin
          if (queue_start_i) begin
            if (!queue_done_i) state_d = StQueue;
          end else if (write_i) begin
            if (write_gcmd_i) begin
              if (gcmd_drains_i && !nothing_pending) begin
                state_d    = StDrain;
                draining_d = 1'b1;
                purpose_d  = ForGcmd;
              end else begin
                gcmd_o = 1'b1;
              end
            end else if (write_wide_i) begin
              state_d = StHigh;
            end
          end else if (fetch_entry_i) begin
            state_d = StEntry;
          end else if (time_i && !nothing_pending) begin
            state_d    = StDrain;
            draining_d = 1'b1;
            purpose_d  = ForTime;
          end
        end
        StHigh, StEntry: state_d = StIdle;
        StLand: if (post_done_i) state_d = draining_q ? StDrain : StIdle;
        StDrain:
        if (!take_np_o && !take_rp_o) begin
          draining_d = 1'b0;
          state_d    = purpose_q == ForWait ? StQueue : StIdle;
          gcmd_o     = purpose_q == ForGcmd;
        end
        StQueue: begin
          if (queue_drain_i) begin
            state_d    = StDrain;
            draining_d = 1'b1;
            purpose_d  = ForWait;
          end else if (queue_done_i) begin
            state_d = StIdle;
          end
        end
        default: ;
      endcase
      if (land_posted_i) state_d = StLand;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q    <= StIdle;
      draining_q <= 1'b0;
      purpose_q  <= ForTime;
    end else if (step_i) begin
      state_q    <= state_d;
      draining_q <= draining_d;
      purpose_q  <= purpose_d;
    end
  end

endmodule
