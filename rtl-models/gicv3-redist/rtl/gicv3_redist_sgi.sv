// SPDX-License-Identifier: GPL-2.0-or-later
//
// May an SGI from the network become pending here? Arm IHI 0069, "Use of
// control registers for SGI forwarding" and GICR_NSACR. The group asked for
// follows from the register written at the source: ICC_SGI0R asks for G0;
// ICC_SGI1R for Group 1 of the writer's own Security state, ICC_ASGI1R for
// Group 1 of the other one.
//
//                     configured here as
//   source  asks for  G0             G1S            G1NS
//   Secure  G0        yes            no             no
//   Secure  G1S       no             yes            no
//   Secure  G1NS      no             no             yes
//   NS      G0        NSACR >= 1     no             no
//   NS      G1S       NSACR >= 1     NSACR >= 2     no
//   NS      G1NS      NSACR >= 1     NSACR >= 2     yes
//
// With GICD_CTLR.DS = 1 the rows of NS hold, with every access permitted;
// there is no G1S here then.

module gicv3_redist_sgi (
    input  logic       ds_i,
    input  logic [1:0] asked_i,
    input  logic       ns_i,
    input  logic [1:0] group_i,  // as configured here
    input  logic [1:0] nsacr_i,
    output logic       forward_o
);

  logic g0_permitted, g1s_permitted;

  assign g0_permitted  = ds_i || !ns_i || nsacr_i >= 2'd1;
  assign g1s_permitted = !ns_i || nsacr_i >= 2'd2;

  always_comb begin
    forward_o = 1'b0;
    case (asked_i)
      gicv3_redist_pkg::GrpG0:
      forward_o = group_i == gicv3_redist_pkg::GrpG0 && g0_permitted;
      gicv3_redist_pkg::GrpG1S:
      forward_o = ((ns_i || ds_i) && group_i == gicv3_redist_pkg::GrpG0 &&
                   g0_permitted) ||
                  (group_i == gicv3_redist_pkg::GrpG1S && g1s_permitted);
      gicv3_redist_pkg::GrpG1NS:
      forward_o =
          group_i == gicv3_redist_pkg::GrpG1NS ||
          ((ns_i || ds_i) &&
           ((group_i == gicv3_redist_pkg::GrpG0 && g0_permitted) ||
            (group_i == gicv3_redist_pkg::GrpG1S && g1s_permitted)));
      default: forward_o = 1'b0;  // no such group
    endcase
  end

endmodule
