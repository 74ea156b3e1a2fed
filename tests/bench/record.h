// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// Records a long training's scalars on the ordinary path, live view included: scalars a second until all are in the
/// journal and synced, nanoseconds a row on the training thread, and bytes a scalar of the finished run.h5, beside a
/// peer that prints CSV lines. Prints its figures; 0 if it could run.
int runRecordBench(bool json);
