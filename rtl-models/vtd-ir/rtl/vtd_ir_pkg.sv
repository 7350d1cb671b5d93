// SPDX-License-Identifier: GPL-2.0-or-later
//
// Constants of the VT-d interrupt block. Names are those of Intel's
// "Virtualization Technology for Directed I/O" architecture specification.

package vtd_ir_pkg;

  // Registers: offset / 4 of those that can be written.
  localparam logic [7:0] RegGcmd = 8'h06;
  localparam logic [7:0] RegFsts = 8'h0d;
  localparam logic [7:0] RegFectl = 8'h0e;
  localparam logic [7:0] RegIqt = 8'h22;
  localparam logic [7:0] RegIqa = 8'h24;
  localparam logic [7:0] RegIqaHigh = 8'h25;
  localparam logic [7:0] RegIcs = 8'h27;
  localparam logic [7:0] RegIectl = 8'h28;
  localparam logic [7:0] RegIrta = 8'h2e;
  localparam logic [7:0] RegIrtaHigh = 8'h2f;

  // The first FRCD_REG, in units of 16 bytes (CAP_REG.FRO).
  localparam logic [9:0] Fro = 10'h022;

  // GCMD_REG and GSTS_REG.
  localparam int unsigned GcmdQie = 26;
  localparam int unsigned GcmdIre = 25;
  localparam int unsigned GcmdSirtp = 24;
  localparam int unsigned GcmdCfi = 23;

  // Fault reasons.
  localparam logic [7:0] FrReqRsvd = 8'h20;
  localparam logic [7:0] FrIndexOver = 8'h21;
  localparam logic [7:0] FrEntryP = 8'h22;
  localparam logic [7:0] FrRootInval = 8'h23;
  localparam logic [7:0] FrIrteRsvd = 8'h24;
  localparam logic [7:0] FrReqCompat = 8'h25;
  localparam logic [7:0] FrSidErr = 8'h26;
  localparam logic [7:0] FrPidAccess = 8'h27;
  localparam logic [7:0] FrPidRsvd = 8'h28;

  // IQERCD_REG.IQEI
  localparam logic [3:0] IqeiTail = 4'd1;
  localparam logic [3:0] IqeiFetch = 4'd2;
  localparam logic [3:0] IqeiType = 4'd3;
  localparam logic [3:0] IqeiReserved = 4'd4;
  localparam logic [3:0] IqeiTailAlign = 4'd6;

  // Stimuli.
  localparam logic [2:0] StimRead = 3'd0;
  localparam logic [2:0] StimWrite = 3'd1;
  localparam logic [2:0] StimRequest = 3'd2;
  localparam logic [2:0] StimDmaDone = 3'd3;
  localparam logic [2:0] StimDmaFault = 3'd4;
  localparam logic [2:0] StimTime = 3'd5;

  // Access sizes: log2 of the bytes.
  localparam logic [2:0] Size4 = 3'd2;
  localparam logic [2:0] Size8 = 3'd3;
  localparam logic [2:0] Size16 = 3'd4;

  // Memory requests.
  localparam logic [1:0] MemRead = 2'd0;
  localparam logic [1:0] MemWrite = 2'd1;
  localparam logic [1:0] MemCas = 2'd2;

  // Messages out.
  localparam logic [2:0] MsgPass = 3'd1;
  localparam logic [2:0] MsgRemapped = 3'd2;
  localparam logic [2:0] MsgNotify = 3'd3;
  localparam logic [2:0] MsgFaultEvent = 3'd4;
  localparam logic [2:0] MsgCompletionEvent = 3'd5;
  localparam logic [2:0] MsgDmaDescHigh = 3'd6;
  localparam logic [2:0] MsgDmaDesc = 3'd7;

  // An accepted request: its kind, an address and 48 bits that depend on the
  // kind. PASS: the request's address; its data. Remapped: the destination;
  // the message's data. Posted: the descriptor; the bits below.
  localparam logic [1:0] KindPass = 2'd0;
  localparam logic [1:0] KindRemapped = 2'd1;
  localparam logic [1:0] KindPosted = 2'd2;
  // V is at 7:0, SID at 31:16, the interrupt index at 47:32.
  localparam int unsigned InfoUrg = 8;
  localparam int unsigned InfoFpd = 9;
  localparam int unsigned InfoEime = 10;

endpackage
