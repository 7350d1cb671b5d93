// SPDX-License-Identifier: GPL-2.0-or-later
//
// Constants of the GICv3 redistributor block: the messages of the cut line
// to the CPU interface, the interrupt groups, and what an address decodes to.
// Register names are those of Arm IHI 0069, "Programmers' Model".

package gicv3_redist_pkg;

  // Groups as messages carry them; also bit numbers of group enables.
  localparam logic [1:0] GrpG0 = 2'd0;
  localparam logic [1:0] GrpG1NS = 2'd1;
  localparam logic [1:0] GrpG1S = 2'd2;

  // Messages in, from the CPU interface and the network.
  localparam logic [7:0] InActivate = 8'd1;
  localparam logic [7:0] InRelease = 8'd2;
  localparam logic [7:0] InClearAck = 8'd3;
  localparam logic [7:0] InDeactivate = 8'd4;
  localparam logic [7:0] InGenerateSgi = 8'd5;
  localparam logic [7:0] InUpstreamControl = 8'd6;
  localparam logic [7:0] InQuiesceAck = 8'd8;
  localparam logic [7:0] InSgi = 8'd9;

  // Messages out, to the CPU interface and the network.
  localparam logic [3:0] OutSet = 4'd1;
  localparam logic [3:0] OutClear = 4'd2;
  localparam logic [3:0] OutActivateAck = 4'd3;
  localparam logic [3:0] OutDeactivateAck = 4'd4;
  localparam logic [3:0] OutGenerateSgiAck = 4'd5;
  localparam logic [3:0] OutUpstreamControlAck = 4'd6;
  localparam logic [3:0] OutDownstreamControl = 4'd7;
  localparam logic [3:0] OutQuiesce = 4'd8;
  localparam logic [3:0] OutNetSgi = 4'd9;

  // Access sizes: log2 of the bytes. Larger values are no legal size.
  localparam logic [2:0] Size8 = 3'd0;
  localparam logic [2:0] Size32 = 3'd2;
  localparam logic [2:0] Size64 = 3'd3;

  // What an access selects.
  localparam logic [4:0] SelReserved = 5'd0;  // reported in GICR_STATUSR
  localparam logic [4:0] SelRes0 = 5'd1;      // RES0: not reported
  localparam logic [4:0] SelCtlr = 5'd2;
  localparam logic [4:0] SelIidr = 5'd3;
  localparam logic [4:0] SelTyper = 5'd4;
  localparam logic [4:0] SelStatusr = 5'd5;
  localparam logic [4:0] SelWaker = 5'd6;
  localparam logic [4:0] SelId = 5'd7;
  localparam logic [4:0] SelIgroupr = 5'd8;
  localparam logic [4:0] SelIsenabler = 5'd9;
  localparam logic [4:0] SelIcenabler = 5'd10;
  localparam logic [4:0] SelIspendr = 5'd11;
  localparam logic [4:0] SelIcpendr = 5'd12;
  localparam logic [4:0] SelIsactiver = 5'd13;
  localparam logic [4:0] SelIcactiver = 5'd14;
  localparam logic [4:0] SelIpriorityr = 5'd15;
  localparam logic [4:0] SelIcfgr0 = 5'd16;
  localparam logic [4:0] SelIcfgr1 = 5'd17;
  localparam logic [4:0] SelIgrpmodr = 5'd18;
  localparam logic [4:0] SelNsacr = 5'd19;

  // GICR_STATUSR bits.
  localparam int unsigned StatusRrd = 0;
  localparam int unsigned StatusWrd = 1;
  localparam int unsigned StatusWrod = 3;

endpackage
