// SPDX-License-Identifier: GPL-2.0-or-later
//
// About vtd_ir_seq and vtd_ir_invq together: when a wait descriptor writes its
// status or raises its event, nothing that was accepted before is pending, and
// no posted interrupt is landing.

module wait_proof (
    input logic        clk_i,
    input logic        wr_i,
    input logic [ 7:0] wr_word_i,
    input logic [31:0] wr_data_i,
    input logic        gcmd_write_i,
    input logic        gcmd_drains_i,
    input logic        time_i,
    input logic        request_i,     // accepted, and pending from now on
    input logic        posted_i,      // the oldest request is a posted one
    input logic        post_done_i,
    input logic        notify_i,      // ...and leaves a notification behind
    input logic        np_due_i,
    input logic        rp_due_i,
    input logic        dma_done_i,
    input logic [31:0] dma_data_i,
    input logic [63:0] mem_lo_i,
    input logic [63:0] mem_hi_i,
    input logic        mem_error_i
);

  logic first_q = 1'b1;
  always_ff @(posedge clk_i) first_q <= 1'b0;

  // How much is pending, and what lands. Every cycle is a step.
  logic [2:0] np_q, rp_q;
  logic landing_q;
  logic at_idle, at_high, at_entry, at_queue, take_np, take_rp, drains_all, gcmd;
  logic queue_runs, queue_start, queue_done, queue_drain, land_posted, stimulus;
  logic mem_valid, mem_write, set_iwc;
  logic set_error, dma_valid, dma_high, inv_all, inv_some, iqe, ice, ite, iwc;
  logic [63:0] mem_addr, dma_lo, dma_hi, iqa, iqercd;
  logic [31:0] mem_data;
  logic [15:0] inv_index;
  logic [3:0] inv_im;
  logic [18:4] iqh, iqt;

  assign stimulus = at_idle && !queue_runs;
  assign queue_start = at_idle && queue_runs;
  assign land_posted = take_rp && posted_i;

  always_ff @(posedge clk_i) begin
    if (first_q) begin
      np_q      <= '0;
      rp_q      <= '0;
      landing_q <= 1'b0;
    end else begin
      if (land_posted) landing_q <= 1'b1;
      else if (post_done_i) landing_q <= 1'b0;
      if (stimulus && request_i) rp_q <= rp_q + 3'd1;
      else if (take_rp) rp_q <= rp_q - 3'd1;
      if (post_done_i && notify_i && !drains_all) np_q <= np_q + 3'd1;
      else if (take_np) np_q <= np_q - 3'd1;
    end
  end

  vtd_ir_seq u_seq (
      .clk_i,
      .rst_ni       (!first_q),
      .step_i       (1'b1),
      .queue_start_i(queue_start),
      .queue_done_i (queue_done),
      .queue_drain_i(queue_drain),
      .write_i      (stimulus && wr_i),
      .write_gcmd_i (gcmd_write_i),
      .write_wide_i (1'b0),
      .gcmd_drains_i,
      .fetch_entry_i(1'b0),
      .time_i       (stimulus && time_i),
      .land_posted_i(land_posted),
      .post_done_i  (post_done_i),
      .np_empty_i   (np_q == '0),
      .np_due_i,
      .rp_empty_i   (rp_q == '0),
      .rp_due_i,
      .at_idle_o    (at_idle),
      .at_high_o    (at_high),
      .at_entry_o   (at_entry),
      .at_queue_o   (at_queue),
      .take_np_o    (take_np),
      .take_rp_o    (take_rp),
      .drains_all_o (drains_all),
      .gcmd_o       (gcmd)
  );

  vtd_ir_invq u_invq (
      .clk_i,
      .rst_ni     (!first_q),
      .step_i     (at_queue || queue_start),
      .cfg_dw_i   (1'b1),
      .cfg_mhmv_i (4'd15),
      .qies_i     (1'b1),
      .disable_i  (1'b0),
      .wr_i       (stimulus && wr_i && !gcmd_write_i),
      .wr_word_i,
      .wr_data_i,
      .dma_done_i (stimulus && dma_done_i),
      .dma_data_i,
      .run_o      (queue_runs),
      .start_i    (queue_start),
      .done_o     (queue_done),
      .pending_i  (np_q != '0 || rp_q != '0),
      .drain_o    (queue_drain),
      .mem_valid_o(mem_valid),
      .mem_write_o(mem_write),
      .mem_addr_o (mem_addr),
      .mem_data_o (mem_data),
      .mem_lo_i,
      .mem_hi_i,
      .mem_error_i,
      .dma_valid_o(dma_valid),
      .dma_high_o (dma_high),
      .dma_lo_o   (dma_lo),
      .dma_hi_o   (dma_hi),
      .inv_all_o  (inv_all),
      .inv_some_o (inv_some),
      .inv_index_o(inv_index),
      .inv_im_o   (inv_im),
      .set_error_o(set_error),
      .set_iwc_o  (set_iwc),
      .iqe_o      (iqe),
      .ice_o      (ice),
      .ite_o      (ite),
      .iwc_o      (iwc),
      .iqh_o      (iqh),
      .iqt_o      (iqt),
      .iqa_o      (iqa),
      .iqercd_o   (iqercd)
  );

  logic drained_q;  // a drain for a wait has been
  always_ff @(posedge clk_i) drained_q <= !first_q && (queue_drain || drained_q);

  always_ff @(posedge clk_i) begin
    assume (!post_done_i || landing_q);
    assume (rp_q < 3'd4 && np_q < 3'd4);
    // One stimulus at a time.
    assume (!(request_i && (wr_i || time_i || dma_done_i)));
    assume (!(wr_i && (time_i || dma_done_i)) && !(time_i && dma_done_i));
    if (!first_q) begin
      if (mem_write || set_iwc) assert (np_q == '0 && rp_q == '0 && !landing_q);
      if (at_queue || at_idle) assert (!landing_q);
      cover (mem_write && drained_q);
      cover (set_iwc && drained_q && !mem_write);
    end
  end

  logic unused;
  assign unused = &{1'b0, at_high, at_entry, gcmd, mem_valid, mem_addr, mem_data,
                    set_error, dma_valid, dma_high, dma_lo, dma_hi, inv_all, inv_some,
                    inv_index, inv_im, iqe, ice, ite, iwc, iqh, iqt, iqa, iqercd};

endmodule
