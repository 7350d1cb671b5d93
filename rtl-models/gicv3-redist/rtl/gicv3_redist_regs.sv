// SPDX-License-Identifier: GPL-2.0-or-later
//
// The register file: configuration and state of INTIDs 0 to 31, and the
// Secure and Non-secure views of it. Arm IHI 0069, "Programmers' Model".
//
// Bus: a request is accepted in a cycle with bus_fire_i; the response follows
// in the next cycle, flagged by rsp_valid_o. Data of a byte access is in bits
// 7:0, both ways.

module gicv3_redist_regs (
    input logic clk_i,
    input logic rst_ni,

    // straps, constant while out of reset
    input logic [31:0] strap_affinity_i,
    input logic [15:0] strap_processor_number_i,
    input logic        strap_last_i,
    input logic [ 3:0] strap_prio_bits_i,
    input logic        strap_icfgr1_writable_i,
    input logic        strap_dpg_i,
    input logic        strap_statusr_i,
    input logic [31:0] strap_iidr_i,

    // bus
    input  logic        bus_fire_i,
    input  logic [31:0] bus_addr_i,
    input  logic [ 2:0] bus_size_i,
    input  logic        bus_write_i,
    input  logic        bus_secure_i,
    input  logic [31:0] bus_wdata_i,
    output logic        rsp_valid_o,
    output logic [63:0] rsp_rdata_o,

    // state kept elsewhere
    input  logic [15:0] ppi_i,               // INTIDs 31 to 16
    input  logic        ds_i,                // GICD_CTLR.DS
    input  logic        processor_sleep_i,
    input  logic        children_asleep_i,
    input  logic        rwp_i,
    output logic        waker_we_o,

    // commands of the CPU interface and of the network, for one INTID
    input logic [4:0] irq_id_i,
    input logic       irq_activate_i,
    input logic       irq_deactivate_i,
    input logic       irq_set_pending_i,

    output logic [ 31:0] pending_o,
    output logic [ 31:0] enable_o,
    output logic [ 31:0] active_o,
    output logic [ 31:0] g1ns_o,     // neither: Group 0
    output logic [ 31:0] g1s_o,
    output logic [255:0] plane_o,    // priorities, see gicv3_redist_prio
    output logic [ 31:0] nsacr_o,
    output logic [  2:0] dpg_o
);

  logic [31:0] igroupr_q, igrpmodr_q, enable_q, pend_q, active_q, nsacr_q;
  logic [15:0] edge_q, ppi_q;
  logic [255:0] plane_q;
  logic [2:0] dpg_q;
  logic [3:0] statusr_s_q, statusr_ns_q;

  logic [4:0] sel;
  logic secure_view, we;
  logic [31:0] visible, wbits, irq_mask;
  logic [31:0] pend_d, active_d;

  gicv3_redist_decode u_decode (
      .valid_i(bus_fire_i),
      .addr_i (bus_addr_i),
      .size_i (bus_size_i),
      .sel_o  (sel)
  );

  assign secure_view = bus_secure_i || ds_i;
  assign we = bus_fire_i && bus_write_i;
  // Interrupts that this access sees.
  assign visible = igroupr_q | {32{secure_view}};
  assign wbits = bus_wdata_i & visible;
  assign waker_we_o = we && sel == gicv3_redist_pkg::SelWaker && secure_view;
  assign irq_mask = 32'd1 << irq_id_i;

  assign pending_o = pend_q | {ppi_q & ~edge_q, 16'h0};
  assign enable_o = enable_q;
  assign active_o = active_q;
  assign g1ns_o = igroupr_q;
  assign g1s_o = ~igroupr_q & igrpmodr_q & {32{!ds_i}};
  assign plane_o = plane_q;
  assign nsacr_o = nsacr_q;
  assign dpg_o = dpg_q;

  // Pending latch: clear first, so that an edge is never lost.
  always_comb begin
    pend_d = pend_q;
    active_d = active_q;
    if (we) begin
      case (sel)
        gicv3_redist_pkg::SelIspendr: pend_d = pend_q | wbits;
        gicv3_redist_pkg::SelIcpendr: pend_d = pend_q & ~wbits;
        gicv3_redist_pkg::SelIsactiver: active_d = active_q | wbits;
        gicv3_redist_pkg::SelIcactiver: active_d = active_q & ~wbits;
        default: ;
      endcase
    end else if (irq_activate_i) begin
      pend_d = pend_q & ~irq_mask;
      active_d = active_q | irq_mask;
    end else if (irq_deactivate_i) begin
      active_d = active_q & ~irq_mask;
    end else if (irq_set_pending_i) begin
      pend_d = pend_q | irq_mask;
    end
  end

  always_ff @(posedge clk_i) begin
    // Sampled in reset too: a level that is high through a reset is no edge.
    ppi_q <= ppi_i;
    if (!rst_ni) begin
      pend_q   <= '0;
      active_q <= '0;
    end else begin
      pend_q   <= pend_d | {ppi_i & ~ppi_q & edge_q, 16'h0};
      active_q <= active_d;
    end
  end

  // Write data of GICR_IPRIORITYR<n>, as implemented bits of the Secure view.
  logic [7:0] prio_mask;
  logic [3:0] prio_be;
  logic [31:0] prio_wdata;
  logic [4:0] prio_lsb;
  assign prio_mask = 8'hff << (4'd8 - strap_prio_bits_i);
  assign prio_lsb = {bus_addr_i[4:2], 2'b00};

  always_comb begin
    prio_be = '0;
    prio_wdata = '0;
    if (we && sel == gicv3_redist_pkg::SelIpriorityr) begin
      if (bus_size_i == gicv3_redist_pkg::Size8) begin
        prio_be = 4'b0001 << bus_addr_i[1:0];
        prio_wdata = {4{bus_wdata_i[7:0]}};
      end else begin
        prio_be = 4'b1111;
        prio_wdata = bus_wdata_i;
      end
      prio_be = prio_be & visible[prio_lsb+:4];
      if (!secure_view) prio_wdata = 32'h80808080 | ((prio_wdata >> 1) & 32'h7f7f7f7f);
      prio_wdata = prio_wdata & {4{prio_mask}};
    end
  end

  // Transposed: nibble b has bit b of the four bytes.
  logic [31:0] prio_nibbles, prio_keep;
  always_comb begin
    for (int b = 0; b < 8; b++) begin
      prio_nibbles[4*b+:4] = prio_be & {
        prio_wdata[24+b], prio_wdata[16+b], prio_wdata[8+b], prio_wdata[b]
      };
    end
    prio_keep = ~({28'h0, prio_be} << prio_lsb);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      plane_q <= '0;
    end else if (prio_be != '0) begin
      for (int b = 0; b < 8; b++) begin
        plane_q[32*b+:32] <= (plane_q[32*b+:32] & prio_keep) |
                             ({28'h0, prio_nibbles[4*b+:4]} << prio_lsb);
      end
    end
  end

  // Configuration.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      igroupr_q  <= '0;
      igrpmodr_q <= '0;
      enable_q   <= '0;
      nsacr_q    <= '0;
      edge_q     <= '0;
      dpg_q      <= '0;
    end else if (we) begin
      case (sel)
        gicv3_redist_pkg::SelIsenabler: enable_q <= enable_q | wbits;
        gicv3_redist_pkg::SelIcenabler: enable_q <= enable_q & ~wbits;
        gicv3_redist_pkg::SelIgroupr: if (secure_view) igroupr_q <= bus_wdata_i;
        gicv3_redist_pkg::SelIgrpmodr:
        if (secure_view && !ds_i) igrpmodr_q <= bus_wdata_i;
        gicv3_redist_pkg::SelNsacr:
        if (secure_view && !ds_i) nsacr_q <= bus_wdata_i;
        gicv3_redist_pkg::SelIcfgr1:
        if (strap_icfgr1_writable_i) begin
          for (int i = 0; i < 16; i++) begin
            if (visible[16+i]) edge_q[i] <= bus_wdata_i[2*i+1];
          end
        end
        gicv3_redist_pkg::SelCtlr:
        if (strap_dpg_i) begin
          // DPG0 and DPG1S are Secure; there is no DPG1S while DS is 1.
          if (secure_view) dpg_q[0] <= bus_wdata_i[24];
          dpg_q[1] <= bus_wdata_i[25];
          if (secure_view && !ds_i) dpg_q[2] <= bus_wdata_i[26];
        end
        default: ;
      endcase
    end
  end

  // GICR_STATUSR: one copy a Security state, the Secure one while DS is 1.
  logic [3:0] status_set, status_clear;
  always_comb begin
    status_set   = '0;
    status_clear = '0;
    if (bus_fire_i && strap_statusr_i) begin
      case (sel)
        gicv3_redist_pkg::SelReserved: begin
          status_set[gicv3_redist_pkg::StatusRrd] = !bus_write_i;
          status_set[gicv3_redist_pkg::StatusWrd] = bus_write_i;
        end
        gicv3_redist_pkg::SelIidr, gicv3_redist_pkg::SelTyper,
        gicv3_redist_pkg::SelId:
        status_set[gicv3_redist_pkg::StatusWrod] = bus_write_i;
        gicv3_redist_pkg::SelStatusr: if (bus_write_i) status_clear = bus_wdata_i[3:0];
        default: ;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      statusr_s_q  <= '0;
      statusr_ns_q <= '0;
    end else if (secure_view) begin
      statusr_s_q <= (statusr_s_q & ~status_clear) | status_set;
    end else begin
      statusr_ns_q <= (statusr_ns_q & ~status_clear) | status_set;
    end
  end

  // Read data of GICR_IPRIORITYR<n>: gathered from the planes.
  logic [31:0] prio_rdata;
  always_comb begin
    prio_rdata = '0;
    if (bus_fire_i && !bus_write_i && sel == gicv3_redist_pkg::SelIpriorityr) begin
      for (int i = 0; i < 4; i++) begin
        for (int b = 0; b < 8; b++) begin
          prio_rdata[8*i+b] = plane_q[32*b+32'(prio_lsb)+i] && visible[prio_lsb+5'(i)];
        end
      end
      if (!secure_view) prio_rdata = (prio_rdata << 1) & 32'hfefefefe;
      if (bus_size_i == gicv3_redist_pkg::Size8) begin
        prio_rdata = (prio_rdata >> {bus_addr_i[1:0], 3'b000}) & 32'h000000ff;
      end
    end
  end

  logic [31:0] id_rdata;
  always_comb begin
    case (bus_addr_i[5:2])
      4'h4: id_rdata = 32'h44;  // PIDR4
      4'h8: id_rdata = 32'h93;  // PIDR0
      4'h9: id_rdata = 32'hb4;
      4'ha: id_rdata = 32'h3b;  // PIDR2: GICv3
      4'hc: id_rdata = 32'h0d;  // CIDR0
      4'hd: id_rdata = 32'hf0;
      4'he: id_rdata = 32'h05;
      4'hf: id_rdata = 32'hb1;
      default: id_rdata = 32'h0;
    endcase
  end

  logic [31:0] typer_lo;
  assign typer_lo = {
    8'h0, strap_processor_number_i, 2'b0, strap_dpg_i, strap_last_i, 4'b0
  };

  logic [31:0] icfgr0_rdata, icfgr1_rdata;
  always_comb begin
    icfgr0_rdata = '0;
    icfgr1_rdata = '0;
    if (bus_fire_i && sel == gicv3_redist_pkg::SelIcfgr0) begin
      for (int i = 0; i < 16; i++) icfgr0_rdata[2*i+1] = visible[i];
    end
    if (bus_fire_i && sel == gicv3_redist_pkg::SelIcfgr1) begin
      for (int i = 0; i < 16; i++) icfgr1_rdata[2*i+1] = edge_q[i] && visible[16+i];
    end
  end

  // Nothing but the response needs the read data, so that it is assembled at
  // the clock edge: a simulator then spends nothing on it in other cycles.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      rsp_valid_o <= 1'b0;
      rsp_rdata_o <= '0;
    end else begin
      rsp_valid_o <= bus_fire_i;
      if (bus_fire_i) begin
        rsp_rdata_o <= '0;
        if (!bus_write_i) begin
          case (sel)
            gicv3_redist_pkg::SelCtlr: begin
              rsp_rdata_o[3]  <= rwp_i;
              rsp_rdata_o[24] <= dpg_q[0] && secure_view;
              rsp_rdata_o[25] <= dpg_q[1];
              rsp_rdata_o[26] <= dpg_q[2] && secure_view && !ds_i;
            end
            gicv3_redist_pkg::SelIidr: rsp_rdata_o[31:0] <= strap_iidr_i;
            gicv3_redist_pkg::SelTyper: begin
              rsp_rdata_o[31:0] <= bus_addr_i[2] ? strap_affinity_i : typer_lo;
              if (bus_size_i == gicv3_redist_pkg::Size64) begin
                rsp_rdata_o[63:32] <= strap_affinity_i;
              end
            end
            gicv3_redist_pkg::SelStatusr:
            rsp_rdata_o[3:0] <= secure_view ? statusr_s_q : statusr_ns_q;
            gicv3_redist_pkg::SelWaker:
            if (secure_view) rsp_rdata_o[2:1] <= {children_asleep_i, processor_sleep_i};
            gicv3_redist_pkg::SelId: rsp_rdata_o[31:0] <= id_rdata;
            gicv3_redist_pkg::SelIgroupr: if (secure_view) rsp_rdata_o[31:0] <= igroupr_q;
            gicv3_redist_pkg::SelIsenabler, gicv3_redist_pkg::SelIcenabler:
            rsp_rdata_o[31:0] <= enable_q & visible;
            gicv3_redist_pkg::SelIspendr, gicv3_redist_pkg::SelIcpendr:
            rsp_rdata_o[31:0] <= pending_o & visible;
            gicv3_redist_pkg::SelIsactiver, gicv3_redist_pkg::SelIcactiver:
            rsp_rdata_o[31:0] <= active_q & visible;
            gicv3_redist_pkg::SelIpriorityr: rsp_rdata_o[31:0] <= prio_rdata;
            gicv3_redist_pkg::SelIcfgr0: rsp_rdata_o[31:0] <= icfgr0_rdata;
            gicv3_redist_pkg::SelIcfgr1: rsp_rdata_o[31:0] <= icfgr1_rdata;
            gicv3_redist_pkg::SelIgrpmodr:
            if (secure_view && !ds_i) rsp_rdata_o[31:0] <= igrpmodr_q;
            gicv3_redist_pkg::SelNsacr:
            if (secure_view && !ds_i) rsp_rdata_o[31:0] <= nsacr_q;
            default: ;
          endcase
        end
      end
    end
  end

endmodule
