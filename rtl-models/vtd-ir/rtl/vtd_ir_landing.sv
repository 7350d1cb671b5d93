// SPDX-License-Identifier: GPL-2.0-or-later
//
// From acceptance to landing: requests wait for their time, then go out as a
// message or are posted; notifications of posts wait for theirs.
//
// Ports
//   now_i       the present, for what is accepted and what is due
//   accept_i    a request is accepted in this step: as vtd_ir_remap gives it
//   idle_i      between stimuli
//   take_*_i    the sequencer takes the oldest notification, the oldest request
//   drains_all_i  ...and everything else that is pending too
//   *_empty_o, *_due_o  none is pending; the oldest is due
//   timer_o     when something pending is due; 0: nothing is pending
//   land_posted_o, post_done_o  a post begins, ends
//   mem_*       the descriptor of a post: see vtd_ir_post
//   message_o   a request goes out in this step, without change if pass_o
//   notify_o    a notification goes out in this step
//   fault_o     a post is blocked in this step, to be recorded

module vtd_ir_landing (
    input logic clk_i,
    input logic rst_ni,
    input logic step_i,

    input logic [18:0] cfg_cas_tries_i,
    input logic [31:0] cfg_delay_i,
    input logic [31:0] cfg_notify_delay_i,

    input logic [63:0] now_i,
    input logic        accept_i,
    input logic [ 1:0] kind_i,
    input logic [63:0] addr_i,
    input logic [47:0] info_i,

    input  logic        idle_i,
    input  logic        take_np_i,
    input  logic        take_rp_i,
    input  logic        drains_all_i,
    output logic        np_empty_o,
    output logic        np_due_o,
    output logic        rp_empty_o,
    output logic        rp_due_o,
    output logic [63:0] timer_o,
    output logic        land_posted_o,
    output logic        post_done_o,

    input  logic [63:0] mem_lo_i,
    input  logic [63:0] mem_hi_i,
    input  logic        mem_error_i,
    output logic        mem_valid_o,
    output logic        mem_cas_o,
    output logic [ 2:0] mem_size_o,
    output logic [63:0] mem_addr_o,
    output logic [63:0] mem_expected_o,
    output logic [63:0] mem_desired_o,

    output logic        message_o,
    output logic        pass_o,
    output logic [63:0] addr_o,
    output logic [47:0] info_o,

    output logic        notify_o,
    output logic [31:0] notify_dest_o,
    output logic [ 7:0] notify_nv_o,

    output logic        fault_o,
    output logic [ 7:0] fault_code_o,
    output logic [15:0] fault_index_o,
    output logic [15:0] fault_sid_o
);

  // --- requests ---

  logic at_once, rp_push, rp_pop, rp_full, land;
  logic [ 1:0] rp_kind, land_kind;
  logic [63:0] rp_addr, rp_due, land_addr;
  logic [47:0] rp_info, land_info;

  assign at_once = cfg_delay_i == '0;
  assign rp_push = accept_i && !at_once;

  vtd_ir_pending #(
      .AWidth(64),
      .BWidth(50)
  ) u_requests (
      .clk_i,
      .rst_ni,
      .push_i    (rp_push),
      .push_due_i(now_i + {32'h0, cfg_delay_i}),
      .push_a_i  (addr_i),
      .push_b_i  ({kind_i, info_i}),
      .pop_i     (rp_pop),
      .empty_o   (rp_empty_o),
      .full_o    (rp_full),
      .due_o     (rp_due),
      .a_o       (rp_addr),
      .b_o       ({rp_kind, rp_info})
  );

  // What lands: the request just accepted, or the oldest that waits.
  assign rp_pop = take_rp_i || (rp_push && rp_full);
  assign land = rp_pop || (accept_i && at_once);
  assign land_kind = rp_pop ? rp_kind : kind_i;
  assign land_addr = rp_pop ? rp_addr : addr_i;
  assign land_info = rp_pop ? rp_info : info_i;

  assign land_posted_o = land && land_kind == vtd_ir_pkg::KindPosted;
  assign message_o = land && !land_posted_o;
  assign pass_o = land_kind == vtd_ir_pkg::KindPass;
  assign addr_o = land_addr;
  assign info_o = land_info;

  // --- a post ---

  logic notify;
  logic [31:0] notify_dest;
  logic [ 7:0] notify_nv;

  vtd_ir_post u_post (
      .clk_i,
      .rst_ni,
      .step_i,
      .max_tries_i  (cfg_cas_tries_i),
      .start_i      (land_posted_o),
      .addr_i       (land_addr),
      .info_i       (land_info),
      .mem_lo_i,
      .mem_hi_i,
      .mem_error_i,
      .mem_valid_o,
      .mem_cas_o,
      .mem_size_o,
      .mem_addr_o,
      .mem_expected_o,
      .mem_desired_o,
      .done_o       (post_done_o),
      .notify_o     (notify),
      .notify_dest_o(notify_dest),
      .notify_nv_o  (notify_nv),
      .fault_o,
      .fault_code_o,
      .fault_index_o,
      .fault_sid_o
  );

  // --- notifications ---

  logic np_push, np_pop, np_full;
  logic [63:0] np_due;
  logic [31:0] np_dest;
  logic [ 7:0] np_nv;

  // A drain that takes everything leaves no notification behind.
  assign np_push = notify && cfg_notify_delay_i != '0 && !drains_all_i;
  assign np_pop = take_np_i || (np_push && np_full);

  vtd_ir_pending #(
      .AWidth(32),
      .BWidth(8)
  ) u_notifications (
      .clk_i,
      .rst_ni,
      .push_i    (np_push),
      .push_due_i(now_i + {32'h0, cfg_notify_delay_i}),
      .push_a_i  (notify_dest),
      .push_b_i  (notify_nv),
      .pop_i     (np_pop),
      .empty_o   (np_empty_o),
      .full_o    (np_full),
      .due_o     (np_due),
      .a_o       (np_dest),
      .b_o       (np_nv)
  );

  assign notify_o = np_pop || (notify && !np_push);
  assign notify_dest_o = np_pop ? np_dest : notify_dest;
  assign notify_nv_o = np_pop ? np_nv : notify_nv;

  // --- time ---

  // Requests that land with TIME bring about notifications, which were not
  // pending and stay so, even if their due time has wrapped.
  logic landed_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) landed_q <= 1'b0;
    else if (idle_i) landed_q <= 1'b0;
    else if (take_rp_i) landed_q <= 1'b1;
  end

  assign np_due_o = np_due <= now_i && !landed_q;
  assign rp_due_o = rp_due <= now_i;

  always_comb begin
    timer_o = '0;
    if (!np_empty_o) timer_o = np_due;
    if (!rp_empty_o && (np_empty_o || rp_due < np_due)) timer_o = rp_due;
  end

endmodule
