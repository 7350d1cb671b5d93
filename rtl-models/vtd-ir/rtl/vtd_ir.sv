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
// One stimulus at a time. The sequencer here takes it, and goes on in steps; a
// step happens at a rising edge by which the memory request and the message out
// that the step before asked for are taken, so that there is at most one of the
// two at any time, and they leave in order.
//
// Ports
//   cfg_*   variant of the block; constant while out of reset
//   stim_*  a stimulus, accepted in a cycle with valid and ready.
//           kind: vtd_ir_pkg::Stim*; other kinds do nothing.
//           Read, Write: addr is the offset, size log2 of the bytes, data what
//           is written. rsp_data is the answer to a Read from the next cycle
//           until the next one, 0 where there is no register.
//           Request: addr and data of the write, source-id at 47:32 of data.
//           DmaDone, DmaFault: see vtd_ir_invq, vtd_ir_faults; Time: data.
//   mem_*   memory requests. valid stays until ready; the answer comes in the
//           cycle with ready. op: vtd_ir_pkg::Mem*, size log2 of the bytes.
//           Write: wdata. Cas: of 8 bytes; from wdata to desired; the value
//           found is the answer.
//   msg_*   messages out: opcode vtd_ir_pkg::Msg*. valid waits for nothing and
//           does not fall before ready.
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
    input logic [31:0] cfg_delay_i,
    input logic [31:0] cfg_notify_delay_i,

    input  logic        stim_valid_i,
    output logic        stim_ready_o,
    input  logic [ 2:0] stim_kind_i,
    input  logic [ 2:0] stim_size_i,
    input  logic [63:0] stim_addr_i,
    input  logic [63:0] stim_data_i,
    output logic [63:0] rsp_data_o,

    output logic        mem_valid_o,
    input  logic        mem_ready_i,
    output logic [ 1:0] mem_op_o,
    output logic [ 2:0] mem_size_o,
    output logic [63:0] mem_addr_o,
    output logic [63:0] mem_wdata_o,
    output logic [63:0] mem_desired_o,
    input  logic [63:0] mem_lo_i,
    input  logic [63:0] mem_hi_i,
    input  logic        mem_error_i,

    output logic        msg_valid_o,
    input  logic        msg_ready_i,
    output logic [ 2:0] msg_opcode_o,
    output logic [63:0] msg_addr_o,
    output logic [63:0] msg_data_o,

    output logic [63:0] timer_o,
    output logic        idle_o
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
  logic [63:0] now_q;
  logic mem_valid_q, msg_valid_q;
  logic [31:0] data_q;  // of a write, for later
  logic [7:0] word_q;
  logic [15:0] index_q, sid_q;

  logic step, fire, queue_runs;
  assign step = (!mem_valid_q || mem_ready_i) && (!msg_valid_q || msg_ready_i);
  assign idle_o = state_q == StIdle && !queue_runs;
  assign stim_ready_o = idle_o && step;
  assign fire = stim_valid_i && stim_ready_o;

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
  assign high_write = step && state_q == StHigh;
  assign wr = fire_write || high_write;
  assign wr_word = high_write ? word_q : stim_addr_i[9:2];
  assign wr_data = high_write ? data_q : stim_data_i[31:0];
  assign wr_gcmd = fire_write && stim_addr_i[9:2] == vtd_ir_pkg::RegGcmd;

  // --- registers ---

  logic qies, ires, cfis, eime;
  logic [63:12] irt;
  logic [3:0] irt_size;
  logic gcmd, gcmd_drains, gcmd_inv, gcmd_qi_off;
  logic [31:0] gcmd_data;
  logic pfo, ppf, ppf_rises, iqe, ice, ite, iwc, set_error, set_iwc;
  logic [2:0] fri, frcd_index;
  logic [63:0] frcd_lo, frcd_hi, iqa, iqercd, rd_data;
  logic [18:4] iqh, iqt;
  logic [31:0] fectl, fedata, feaddr, feuaddr, iectl, iedata, ieaddr, ieuaddr;

  assign gcmd_data = state_q == StIdle ? stim_data_i[31:0] : data_q;

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

  logic rq_pass, rq_fault, rq_lookup, hit;
  logic [7:0] rq_code;
  logic [15:0] rq_index, index, sid;
  logic [63:0] iec_lo, iec_hi;
  logic inv_all, inv_some;
  logic [15:0] inv_index;
  logic [3:0] inv_im;

  vtd_ir_request u_request (
      .en_i    (fire_request),
      .addr_i  (stim_addr_i),
      .data_i  (stim_data_i[31:0]),
      .ires_i  (ires),
      .cfis_i  (cfis),
      .eime_i  (eime),
      .size_i  (irt_size),
      .pass_o  (rq_pass),
      .fault_o (rq_fault),
      .code_o  (rq_code),
      .lookup_o(rq_lookup),
      .index_o (rq_index)
  );

  logic entry_read, entry_error, en, en_good, en_fault, en_accept;
  logic [7:0] en_code;
  logic [1:0] en_kind;
  logic [63:0] en_addr;
  logic [47:0] en_info;

  assign entry_read = step && state_q == StEntry;
  assign entry_error = entry_read && mem_error_i;
  assign en = hit || (entry_read && !mem_error_i);
  assign index = state_q == StEntry ? index_q : rq_index;
  assign sid = state_q == StEntry ? sid_q : stim_data_i[47:32];

  vtd_ir_iec u_iec (
      .clk_i,
      .rst_ni,
      .cfg_sets_i  (cfg_iec_sets_i),
      .cfg_ways_i  (cfg_iec_ways_i),
      .cfg_policy_i(cfg_iec_policy_i),
      .lookup_i    (rq_lookup),
      .index_i     (index),
      .hit_o       (hit),
      .lo_o        (iec_lo),
      .hi_o        (iec_hi),
      .fill_i      (en_good && state_q == StEntry),
      .lo_i        (mem_lo_i),
      .hi_i        (mem_hi_i),
      .inv_all_i   (inv_all || gcmd_inv),
      .inv_some_i  (inv_some),
      .inv_index_i (inv_index),
      .inv_im_i    (inv_im)
  );

  vtd_ir_entry u_entry (
      .en_i    (en),
      .cached_i(state_q != StEntry),
      .lo_i    (state_q == StEntry ? mem_lo_i : iec_lo),
      .hi_i    (state_q == StEntry ? mem_hi_i : iec_hi),
      .sid_i   (sid),
      .index_i (index),
      .eime_i  (eime),
      .pi_i    (cfg_pi_i),
      .good_o  (en_good),
      .fault_o (en_fault),
      .code_o  (en_code),
      .accept_o(en_accept),
      .kind_o  (en_kind),
      .addr_o  (en_addr),
      .info_o  (en_info)
  );

  // --- from acceptance to landing ---

  logic accept, at_once, rp_push, rp_pop, rp_empty, rp_full;
  logic [1:0] acc_kind, rp_kind, land_kind;
  logic [63:0] acc_addr, rp_addr, rp_due, land_addr;
  logic [47:0] acc_info, rp_info, land_info;
  logic land, land_posted;

  assign accept = rq_pass || en_accept;
  assign at_once = cfg_delay_i == '0;
  assign acc_kind = rq_pass ? vtd_ir_pkg::KindPass : en_kind;
  assign acc_addr = rq_pass ? stim_addr_i : en_addr;
  assign acc_info = rq_pass ? {16'h0, stim_data_i[31:0]} : en_info;
  assign rp_push = accept && !at_once;

  vtd_ir_pending #(
      .AWidth(64),
      .BWidth(50)
  ) u_requests (
      .clk_i,
      .rst_ni,
      .push_i    (rp_push),
      .push_due_i(now_q + {32'h0, cfg_delay_i}),
      .push_a_i  (acc_addr),
      .push_b_i  ({acc_kind, acc_info}),
      .pop_i     (rp_pop),
      .empty_o   (rp_empty),
      .full_o    (rp_full),
      .due_o     (rp_due),
      .a_o       (rp_addr),
      .b_o       ({rp_kind, rp_info})
  );

  logic np_push, np_pop, np_empty, np_full;
  logic [63:0] np_due;
  logic [31:0] np_dest, notify_dest;
  logic [7:0] np_nv, notify_nv;
  logic notify;

  vtd_ir_pending #(
      .AWidth(32),
      .BWidth(8)
  ) u_notifications (
      .clk_i,
      .rst_ni,
      .push_i    (np_push),
      .push_due_i(now_q + {32'h0, cfg_notify_delay_i}),
      .push_a_i  (notify_dest),
      .push_b_i  (notify_nv),
      .pop_i     (np_pop),
      .empty_o   (np_empty),
      .full_o    (np_full),
      .due_o     (np_due),
      .a_o       (np_dest),
      .b_o       (np_nv)
  );

  logic nothing_pending;
  assign nothing_pending = rp_empty && np_empty;
  always_comb begin
    timer_o = '0;
    if (!np_empty) timer_o = np_due;
    if (!rp_empty && (np_empty || rp_due < np_due)) timer_o = rp_due;
  end

  // A step of a drain: notifications first.
  logic take_all, take_np, take_rp, drained;
  always_comb begin
    take_all = 1'b0;
    take_np  = 1'b0;
    take_rp  = 1'b0;
    drained  = 1'b0;
    if (step && state_q == StDrain) begin
      take_all = purpose_q != ForTime;
      take_np  = !np_empty && (take_all || np_due <= now_q);
      take_rp  = !take_np && !rp_empty && (take_all || rp_due <= now_q);
      drained  = !take_np && !take_rp;
    end
  end

  // What lands: the request just accepted, or the oldest that waits.
  assign rp_pop = take_rp || (rp_push && rp_full);
  assign land = rp_pop || (accept && at_once);
  assign land_kind = rp_pop ? rp_kind : acc_kind;
  assign land_addr = rp_pop ? rp_addr : acc_addr;
  assign land_info = rp_pop ? rp_info : acc_info;
  assign land_posted = land && land_kind == vtd_ir_pkg::KindPosted;

  logic post_mem, post_cas, post_done, post_fault;
  logic [2:0] post_size;
  logic [63:0] post_addr, post_expected, post_desired;
  logic [7:0] post_code;
  logic [15:0] post_index, post_sid;

  vtd_ir_post u_post (
      .clk_i,
      .rst_ni,
      .step_i        (step),
      .start_i       (land_posted),
      .addr_i        (land_addr),
      .info_i        (land_info),
      .mem_lo_i,
      .mem_hi_i,
      .mem_error_i,
      .mem_valid_o   (post_mem),
      .mem_cas_o     (post_cas),
      .mem_size_o    (post_size),
      .mem_addr_o    (post_addr),
      .mem_expected_o(post_expected),
      .mem_desired_o (post_desired),
      .done_o        (post_done),
      .notify_o      (notify),
      .notify_dest_o (notify_dest),
      .notify_nv_o   (notify_nv),
      .fault_o       (post_fault),
      .fault_code_o  (post_code),
      .fault_index_o (post_index),
      .fault_sid_o   (post_sid)
  );

  // A drain that takes everything leaves no notification behind.
  assign np_push = notify && cfg_notify_delay_i != '0 &&
                   !(draining_q && purpose_q != ForTime);
  assign np_pop = take_np || (np_push && np_full);

  // --- the fault log and its event ---

  logic record;
  logic [63:0] record_lo, record_hi;
  always_comb begin
    record    = 1'b0;
    record_lo = '0;
    record_hi = '0;
    if (rq_fault || en_fault || entry_error) begin
      record           = 1'b1;
      record_lo[63:48] = index;
      record_hi[39:32] = rq_fault ? rq_code : en_fault ? en_code : vtd_ir_pkg::FrRootInval;
      record_hi[15:0]  = sid;
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
  assign queue_start = step && state_q == StIdle && queue_runs;

  vtd_ir_invq u_invq (
      .clk_i,
      .rst_ni,
      .step_i     (step && (state_q == StQueue || queue_start)),
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

  always_comb begin
    state_d    = state_q;
    draining_d = draining_q;
    purpose_d  = purpose_q;
    gcmd       = 1'b0;
    if (step) begin
      case (state_q)
        StIdle: begin
          if (queue_start) begin
            if (!queue_done) state_d = StQueue;
          end else if (fire_write) begin
            if (wr_gcmd) begin
              if (gcmd_drains && !nothing_pending) begin
                state_d    = StDrain;
                draining_d = 1'b1;
                purpose_d  = ForGcmd;
              end else begin
                gcmd = 1'b1;
              end
            end else if (stim_size_i == vtd_ir_pkg::Size8) begin
              state_d = StHigh;
            end
          end else if (rq_lookup && !hit) begin
            state_d = StEntry;
          end else if (fire_time && !nothing_pending) begin
            state_d    = StDrain;
            draining_d = 1'b1;
            purpose_d  = ForTime;
          end
        end
        StHigh: state_d = StIdle;
        StEntry: state_d = StIdle;
        StLand: if (post_done) state_d = draining_q ? StDrain : StIdle;
        StDrain:
        if (drained) begin
          draining_d = 1'b0;
          state_d    = purpose_q == ForWait ? StQueue : StIdle;
          gcmd       = purpose_q == ForGcmd;
        end
        StQueue: begin
          if (queue_drain) begin
            state_d    = StDrain;
            draining_d = 1'b1;
            purpose_d  = ForWait;
          end else if (queue_done) begin
            state_d = StIdle;
          end
        end
        default: ;
      endcase
      if (land_posted) state_d = StLand;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q    <= StIdle;
      draining_q <= 1'b0;
      purpose_q  <= ForTime;
      now_q      <= '0;
    end else begin
      state_q    <= state_d;
      draining_q <= draining_d;
      purpose_q  <= purpose_d;
      if (fire_time) now_q <= stim_data_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (fire_write) begin
      // A GCMD_REG that has to wait, or what comes after the low half.
      data_q <= wr_gcmd ? stim_data_i[31:0] : stim_data_i[63:32];
      word_q <= {stim_addr_i[9:3], 1'b1};
    end
    if (rq_lookup) begin
      index_q <= rq_index;
      sid_q   <= stim_data_i[47:32];
    end
    if (fire_read) rsp_data_o <= rd_data;
  end

  // --- memory ---

  logic fetch_entry;
  assign fetch_entry = rq_lookup && !hit;
  assign mem_valid_o = mem_valid_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) mem_valid_q <= 1'b0;
    else if (step) mem_valid_q <= fetch_entry || post_mem || queue_mem;
    if (step) begin
      if (post_mem) begin
        mem_op_o      <= post_cas ? vtd_ir_pkg::MemCas : vtd_ir_pkg::MemRead;
        mem_size_o    <= post_size;
        mem_addr_o    <= post_addr;
        mem_wdata_o   <= post_expected;
        mem_desired_o <= post_desired;
      end else if (fetch_entry) begin
        mem_op_o   <= vtd_ir_pkg::MemRead;
        mem_size_o <= vtd_ir_pkg::Size16;
        mem_addr_o <= {irt, 12'h000} + {44'h0, rq_index, 4'h0};
      end else if (queue_mem) begin
        mem_op_o    <= queue_mem_write ? vtd_ir_pkg::MemWrite : vtd_ir_pkg::MemRead;
        mem_size_o  <= queue_mem_write ? vtd_ir_pkg::Size4 : vtd_ir_pkg::Size16;
        mem_addr_o  <= queue_mem_addr;
        mem_wdata_o <= {32'h0, queue_mem_data};
      end
    end
  end

  // --- messages out ---

  logic send, send_landed, send_notify, send_waiting;
  assign send_landed = land && !land_posted;
  assign send_notify = notify && !np_push;
  assign send_waiting = np_pop;
  assign send = send_fault || send_completion || send_landed || send_notify ||
                send_waiting || dma_valid;
  assign msg_valid_o = msg_valid_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) msg_valid_q <= 1'b0;
    else if (send) msg_valid_q <= 1'b1;
    else if (msg_ready_i) msg_valid_q <= 1'b0;
    if (send_landed) begin
      msg_opcode_o <= land_kind == vtd_ir_pkg::KindPass ? vtd_ir_pkg::MsgPass
                                                        : vtd_ir_pkg::MsgRemapped;
      msg_addr_o   <= land_addr;
      msg_data_o   <= {16'h0, land_info};
    end else if (send_notify || send_waiting) begin
      msg_opcode_o <= vtd_ir_pkg::MsgNotify;
      msg_addr_o   <= {32'h0, send_notify ? notify_dest : np_dest};
      msg_data_o   <= {56'h0, send_notify ? notify_nv : np_nv};
    end else if (send_fault) begin
      msg_opcode_o <= vtd_ir_pkg::MsgFaultEvent;
      msg_addr_o   <= {feuaddr, feaddr};
      msg_data_o   <= {32'h0, fedata};
    end else if (send_completion) begin
      msg_opcode_o <= vtd_ir_pkg::MsgCompletionEvent;
      msg_addr_o   <= {ieuaddr, ieaddr};
      msg_data_o   <= {32'h0, iedata};
    end else if (dma_valid) begin
      msg_opcode_o <= dma_high ? vtd_ir_pkg::MsgDmaDescHigh : vtd_ir_pkg::MsgDmaDesc;
      msg_addr_o   <= dma_lo;
      msg_data_o   <= dma_hi;
    end
  end

  // Of a record's F, the log decides.
  logic unused;
  assign unused = &{1'b0, record_hi[63]};

endmodule
