// SPDX-License-Identifier: GPL-2.0-or-later
//
// The interrupt side of a VT-d remapping unit: interrupt remapping and
// posting, the interrupt entry cache, the invalidation queue, the fault log and
// the events of both. Intel Virtualization Technology for Directed I/O,
// architecture specification.
//
// Clock and reset: everything is synchronous to clk_i; rst_ni is sampled by
// clk_i and must be low for one rising edge.
//
// One stimulus at a time. The sequencer takes it, and goes on in steps; a
// step happens at a rising edge by which the memory request and the message out
// that the step before asked for are taken, so that there is at most one of the
// two at any time, and they leave in order.
//
// Handshakes have two phases: req changes with each new transfer, and ack takes
// its value when it is taken. In reset all are 0.
//
// Ports
//   cfg_*   variant of the block; constant while out of reset
//   stim_*  a stimulus: stable until it is taken, which is while idle_o.
//           kind: vtd_ir_pkg::Stim*; other kinds do nothing.
//           Read, Write: addr is the offset, size log2 of the bytes, data what
//           is written. rsp_data is the answer to a Read from the next cycle
//           until the next one, 0 where there is no register.
//           Request: addr and data of the write, source-id at 47:32 of data.
//           DmaDone, DmaFault: see vtd_ir_invq, vtd_ir_faults; Time: data.
//   mem_*   memory requests. The answer is there in the cycle in which ack
//           changes. op: vtd_ir_pkg::Mem*, size log2 of the bytes. Write: wdata.
//           Cas: of 8 bytes; from wdata to desired; the answer is what was found.
//   msg_*   messages out: opcode vtd_ir_pkg::Msg*
//   timer_o when something pending is due; 0: nothing is pending
//   idle_o  nothing is left to do but to take the message out, if there is one

module vtd_ir (
    input logic clk_i,
    input logic rst_ni,

    input logic        cfg_pi_i,
    input logic        cfg_eim_i,
    input logic        cfg_esirtps_i,
    input logic [ 3:0] cfg_mhmv_i,
    input logic [ 3:0] cfg_frcd_i,
    input logic        cfg_dw_i,
    input logic [ 2:0] cfg_iec_sets_i,
    input logic [ 3:0] cfg_iec_ways_i,
    input logic        cfg_iec_policy_i,
    input logic [18:0] cfg_cas_tries_i,
    input logic [31:0] cfg_delay_i,
    input logic [31:0] cfg_notify_delay_i,

    input  logic        stim_req_i,
    output logic        stim_ack_o,
    input  logic [ 2:0] stim_kind_i,
    input  logic [ 2:0] stim_size_i,
    input  logic [63:0] stim_addr_i,
    input  logic [63:0] stim_data_i,
    output logic [63:0] rsp_data_o,

    output logic        mem_req_o,
    input  logic        mem_ack_i,
    output logic [ 1:0] mem_op_o,
    output logic [ 2:0] mem_size_o,
    output logic [63:0] mem_addr_o,
    output logic [63:0] mem_wdata_o,
    output logic [63:0] mem_desired_o,
    input  logic [63:0] mem_lo_i,
    input  logic [63:0] mem_hi_i,
    input  logic        mem_error_i,

    output logic        msg_req_o,
    input  logic        msg_ack_i,
    output logic [ 2:0] msg_opcode_o,
    output logic [63:0] msg_addr_o,
    output logic [63:0] msg_data_o,

    output logic [63:0] timer_o,
    output logic        idle_o
);

  logic at_idle, at_high, at_entry, at_queue;
  logic [63:0] now_q;
  logic stim_ack_q, mem_req, msg_req;
  logic [31:0] data_q;  // of a write, for later
  logic [7:0] word_q;

  logic step, fire, queue_runs;
  assign step = mem_req == mem_ack_i && msg_req == msg_ack_i;
  assign idle_o = at_idle && !queue_runs;
  assign stim_ack_o = stim_ack_q;
  assign fire = stim_req_i != stim_ack_q && idle_o && step;

  // --- the stimulus ---

  logic fire_read, fire_write, fire_request, fire_dma_done, fire_dma_fault, fire_time;
  logic legal, high_write;
  always_comb begin
    fire_read      = 1'b0;
    fire_write     = 1'b0;
    fire_request   = 1'b0;
    fire_dma_done  = 1'b0;
    fire_dma_fault = 1'b0;
    fire_time      = 1'b0;
    legal          = 1'b0;
    if (fire) begin
      legal = stim_addr_i[63:10] == '0 && stim_addr_i[1:0] == '0 &&
              (stim_size_i == vtd_ir_pkg::Size4 ||
               (stim_size_i == vtd_ir_pkg::Size8 && !stim_addr_i[2]));
      case (stim_kind_i)
        vtd_ir_pkg::StimRead: fire_read = 1'b1;
        vtd_ir_pkg::StimWrite: fire_write = legal;
        vtd_ir_pkg::StimRequest: fire_request = 1'b1;
        vtd_ir_pkg::StimDmaDone: fire_dma_done = 1'b1;
        vtd_ir_pkg::StimDmaFault: fire_dma_fault = 1'b1;
        vtd_ir_pkg::StimTime: fire_time = stim_data_i > now_q;
        default: ;
      endcase
    end
  end

  // A register write of 4 bytes. GSTS_REG behind GCMD_REG is read-only.
  logic wr, wr_gcmd;
  logic [7:0] wr_word;
  logic [31:0] wr_data;
  assign high_write = step && at_high;
  assign wr = fire_write || high_write;
  assign wr_word = high_write ? word_q : stim_addr_i[9:2];
  assign wr_data = high_write ? data_q : stim_data_i[31:0];
  assign wr_gcmd = fire_write && stim_addr_i[9:2] == vtd_ir_pkg::RegGcmd;

  // --- registers ---

  logic qies, ires, cfis, irtps, eime;
  logic [63:12] irt;
  logic [3:0] irt_size;
  logic gcmd, gcmd_drains, gcmd_inv, gcmd_qi_off;
  logic [31:0] gcmd_data;
  logic pfo, ppf, ppf_rises, iqe, ice, ite, iwc, set_error, set_iwc;
  logic [2:0] fri, frcd_index;
  logic [63:0] frcd_lo, frcd_hi, iqa, iqercd, rd_data;
  logic [18:4] iqh, iqt;
  logic [31:0] fectl, fedata, feaddr, feuaddr, iectl, iedata, ieaddr, ieuaddr;

  assign gcmd_data = at_idle ? stim_data_i[31:0] : data_q;

  vtd_ir_regs u_regs (
      .clk_i,
      .rst_ni,
      .cfg_pi_i,
      .cfg_eim_i,
      .cfg_esirtps_i,
      .cfg_mhmv_i,
      .cfg_frcd_i,
      .rd_i         (fire_read && legal),
      .rd_word_i    (stim_addr_i[9:2]),
      .rd_wide_i    (stim_size_i == vtd_ir_pkg::Size8),
      .rd_data_o    (rd_data),
      .wr_i         (wr),
      .wr_word_i    (wr_word),
      .wr_data_i    (wr_data),
      .gcmd_i       (gcmd),
      .gcmd_data_i  (gcmd_data),
      .gcmd_drains_o(gcmd_drains),
      .gcmd_inv_o   (gcmd_inv),
      .gcmd_qi_off_o(gcmd_qi_off),
      .qies_o       (qies),
      .ires_o       (ires),
      .cfis_o       (cfis),
      .irtps_o      (irtps),
      .table_o      (irt),
      .eime_o       (eime),
      .size_o       (irt_size),
      .pfo_i        (pfo),
      .ppf_i        (ppf),
      .fri_i        (fri),
      .frcd_index_o (frcd_index),
      .frcd_lo_i    (frcd_lo),
      .frcd_hi_i    (frcd_hi),
      .iqe_i        (iqe),
      .ice_i        (ice),
      .ite_i        (ite),
      .iwc_i        (iwc),
      .iqh_i        (iqh),
      .iqt_i        (iqt),
      .iqa_i        (iqa),
      .iqercd_i     (iqercd),
      .fectl_i      (fectl),
      .fedata_i     (fedata),
      .feaddr_i     (feaddr),
      .feuaddr_i    (feuaddr),
      .iectl_i      (iectl),
      .iedata_i     (iedata),
      .ieaddr_i     (ieaddr),
      .ieuaddr_i    (ieuaddr)
  );

  // --- a request, up to its acceptance ---

  logic fetch, accept, rq_fault;
  logic [ 1:0] acc_kind;
  logic [63:0] fetch_addr, acc_addr;
  logic [47:0] acc_info;
  logic [ 7:0] rq_code;
  logic [15:0] rq_index, rq_sid;
  logic inv_all, inv_some;
  logic [15:0] inv_index;
  logic [ 3:0] inv_im;

  vtd_ir_remap u_remap (
      .clk_i,
      .rst_ni,
      .step_i      (step),
      .cfg_pi_i,
      .cfg_iec_sets_i,
      .cfg_iec_ways_i,
      .cfg_iec_policy_i,
      .request_i   (fire_request),
      .addr_i      (stim_addr_i),
      .data_i      (stim_data_i[47:0]),
      .ires_i      (ires),
      .cfis_i      (cfis),
      .irtps_i     (irtps),
      .eime_i      (eime),
      .table_i     (irt),
      .size_i      (irt_size),
      .fetch_o     (fetch),
      .fetch_addr_o(fetch_addr),
      .at_entry_i  (at_entry),
      .mem_lo_i,
      .mem_hi_i,
      .mem_error_i,
      .accept_o    (accept),
      .kind_o      (acc_kind),
      .addr_o      (acc_addr),
      .info_o      (acc_info),
      .fault_o     (rq_fault),
      .code_o      (rq_code),
      .index_o     (rq_index),
      .sid_o       (rq_sid),
      .inv_all_i   (inv_all || gcmd_inv),
      .inv_some_i  (inv_some),
      .inv_index_i (inv_index),
      .inv_im_i    (inv_im)
  );

  // --- from acceptance to landing ---

  logic take_np, take_rp, drains_all;
  logic np_empty, np_is_due, rp_empty, rp_is_due, nothing_pending;
  logic land_posted, post_done, post_mem, post_cas, post_fault;
  logic [ 2:0] post_size;
  logic [63:0] post_addr, post_expected, post_desired;
  logic [ 7:0] post_code;
  logic [15:0] post_index, post_sid;
  logic landed, landed_pass, notify;
  logic [63:0] landed_addr;
  logic [47:0] landed_info;
  logic [31:0] notify_dest;
  logic [ 7:0] notify_nv;

  assign nothing_pending = rp_empty && np_empty;

  vtd_ir_landing u_landing (
      .clk_i,
      .rst_ni,
      .step_i        (step),
      .cfg_cas_tries_i,
      .cfg_delay_i,
      .cfg_notify_delay_i,
      .now_i         (now_q),
      .accept_i      (accept),
      .kind_i        (acc_kind),
      .addr_i        (acc_addr),
      .info_i        (acc_info),
      .idle_i        (at_idle),
      .take_np_i     (take_np),
      .take_rp_i     (take_rp),
      .drains_all_i  (drains_all),
      .np_empty_o    (np_empty),
      .np_due_o      (np_is_due),
      .rp_empty_o    (rp_empty),
      .rp_due_o      (rp_is_due),
      .timer_o,
      .land_posted_o (land_posted),
      .post_done_o   (post_done),
      .mem_lo_i,
      .mem_hi_i,
      .mem_error_i,
      .mem_valid_o   (post_mem),
      .mem_cas_o     (post_cas),
      .mem_size_o    (post_size),
      .mem_addr_o    (post_addr),
      .mem_expected_o(post_expected),
      .mem_desired_o (post_desired),
      .message_o     (landed),
      .pass_o        (landed_pass),
      .addr_o        (landed_addr),
      .info_o        (landed_info),
      .notify_o      (notify),
      .notify_dest_o (notify_dest),
      .notify_nv_o   (notify_nv),
      .fault_o       (post_fault),
      .fault_code_o  (post_code),
      .fault_index_o (post_index),
      .fault_sid_o   (post_sid)
  );

  // --- the fault log and its event ---

  logic record;
  logic [63:0] record_lo, record_hi;
  always_comb begin
    record    = 1'b0;
    record_lo = '0;
    record_hi = '0;
    if (rq_fault) begin
      record           = 1'b1;
      record_lo[63:48] = rq_index;
      record_hi[39:32] = rq_code;
      record_hi[15:0]  = rq_sid;
    end else if (post_fault) begin
      record           = 1'b1;
      record_lo[63:48] = post_index;
      record_hi[39:32] = post_code;
      record_hi[15:0]  = post_sid;
    end else if (fire_dma_fault) begin
      record    = 1'b1;
      record_lo = stim_addr_i;
      record_hi = stim_data_i;
    end
  end

  vtd_ir_faults u_faults (
      .clk_i,
      .rst_ni,
      .cfg_frcd_i,
      .record_i   (record),
      .lo_i       (record_lo),
      .hi_i       (record_hi[62:0]),
      .wr_i       (wr),
      .wr_word_i  (wr_word),
      .wr_data_i  (wr_data),
      .rd_i       (fire_read),
      .rd_index_i (frcd_index),
      .rd_lo_o    (frcd_lo),
      .rd_hi_o    (frcd_hi),
      .pfo_o      (pfo),
      .ppf_o      (ppf),
      .fri_o      (fri),
      .ppf_rises_o(ppf_rises)
  );

  logic faults_quiet, send_fault, send_completion;
  assign faults_quiet = !(pfo || ppf || iqe || ice || ite);

  vtd_ir_event u_fault_event (
      .clk_i,
      .rst_ni,
      .cfg_eim_i,
      .base_i     (vtd_ir_pkg::RegFectl),
      .condition_i((ppf_rises || set_error) && faults_quiet),
      .quiet_i    (faults_quiet),
      .wr_i       (wr),
      .wr_word_i  (wr_word),
      .wr_data_i  (wr_data),
      .control_o  (fectl),
      .data_o     (fedata),
      .addr_o     (feaddr),
      .uaddr_o    (feuaddr),
      .send_o     (send_fault)
  );

  vtd_ir_event u_completion_event (
      .clk_i,
      .rst_ni,
      .cfg_eim_i,
      .base_i     (vtd_ir_pkg::RegIectl),
      .condition_i(set_iwc && !iwc),
      .quiet_i    (!iwc),
      .wr_i       (wr),
      .wr_word_i  (wr_word),
      .wr_data_i  (wr_data),
      .control_o  (iectl),
      .data_o     (iedata),
      .addr_o     (ieaddr),
      .uaddr_o    (ieuaddr),
      .send_o     (send_completion)
  );

  // --- the invalidation queue ---

  logic queue_start, queue_done, queue_drain, queue_mem, queue_mem_write;
  logic [63:0] queue_mem_addr, dma_lo, dma_hi;
  logic [31:0] queue_mem_data;
  logic dma_valid, dma_high;
  assign queue_start = step && at_idle && queue_runs;

  vtd_ir_invq u_invq (
      .clk_i,
      .rst_ni,
      .step_i     (step && (at_queue || queue_start)),
      .cfg_dw_i,
      .cfg_mhmv_i,
      .qies_i     (qies),
      .disable_i  (gcmd_qi_off),
      .wr_i       (wr),
      .wr_word_i  (wr_word),
      .wr_data_i  (wr_data),
      .dma_done_i (fire_dma_done),
      .dma_data_i (stim_data_i[31:0]),
      .run_o      (queue_runs),
      .start_i    (queue_start),
      .done_o     (queue_done),
      .pending_i  (!nothing_pending),
      .drain_o    (queue_drain),
      .mem_valid_o(queue_mem),
      .mem_write_o(queue_mem_write),
      .mem_addr_o (queue_mem_addr),
      .mem_data_o (queue_mem_data),
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

  // --- the sequencer ---

  vtd_ir_seq u_seq (
      .clk_i,
      .rst_ni,
      .step_i       (step),
      .queue_start_i(queue_start),
      .queue_done_i (queue_done),
      .queue_drain_i(queue_drain),
      .write_i      (fire_write),
      .write_gcmd_i (wr_gcmd),
      .write_wide_i (stim_size_i == vtd_ir_pkg::Size8),
      .gcmd_drains_i(gcmd_drains),
      .fetch_entry_i(fetch),
      .time_i       (fire_time),
      .land_posted_i(land_posted),
      .post_done_i  (post_done),
      .np_empty_i   (np_empty),
      .np_due_i     (np_is_due),
      .rp_empty_i   (rp_empty),
      .rp_due_i     (rp_is_due),
      .at_idle_o    (at_idle),
      .at_high_o    (at_high),
      .at_entry_o   (at_entry),
      .at_queue_o   (at_queue),
      .take_np_o    (take_np),
      .take_rp_o    (take_rp),
      .drains_all_o (drains_all),
      .gcmd_o       (gcmd)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      now_q      <= '0;
      stim_ack_q <= 1'b0;
    end else begin
      if (fire_time) now_q <= stim_data_i;
      if (fire) stim_ack_q <= !stim_ack_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (fire_write) begin
      // A GCMD_REG that has to wait, or what comes after the low half.
      data_q <= wr_gcmd ? stim_data_i[31:0] : stim_data_i[63:32];
      word_q <= {stim_addr_i[9:3], 1'b1};
    end
    if (fire_read) rsp_data_o <= rd_data;
  end

  // --- memory requests and messages out ---

  vtd_ir_out u_out (
      .clk_i,
      .rst_ni,
      .entry_i          (fetch),
      .entry_addr_i     (fetch_addr),
      .post_i           (post_mem),
      .post_cas_i       (post_cas),
      .post_size_i      (post_size),
      .post_addr_i      (post_addr),
      .post_expected_i  (post_expected),
      .post_desired_i   (post_desired),
      .queue_i          (queue_mem),
      .queue_write_i    (queue_mem_write),
      .queue_addr_i     (queue_mem_addr),
      .queue_data_i     (queue_mem_data),
      .mem_req_o        (mem_req),
      .mem_op_o,
      .mem_size_o,
      .mem_addr_o,
      .mem_wdata_o,
      .mem_desired_o,
      .landed_i         (landed),
      .landed_pass_i    (landed_pass),
      .landed_addr_i    (landed_addr),
      .landed_info_i    (landed_info),
      .notify_i         (notify),
      .notify_dest_i    (notify_dest),
      .notify_nv_i      (notify_nv),
      .fault_i          (send_fault),
      .fault_addr_i     ({feuaddr, feaddr}),
      .fault_data_i     (fedata),
      .completion_i     (send_completion),
      .completion_addr_i({ieuaddr, ieaddr}),
      .completion_data_i(iedata),
      .dma_i            (dma_valid),
      .dma_high_i       (dma_high),
      .dma_lo_i         (dma_lo),
      .dma_hi_i         (dma_hi),
      .msg_req_o        (msg_req),
      .msg_opcode_o,
      .msg_addr_o,
      .msg_data_o
  );
  assign mem_req_o = mem_req;
  assign msg_req_o = msg_req;

  // Of a record's F, the log decides.
  logic unused;
  assign unused = &{1'b0, record_hi[63]};

endmodule
