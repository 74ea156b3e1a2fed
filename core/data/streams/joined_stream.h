// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/streams/row_stream.h"

namespace core::data {

/// The rows of one channel.
struct ChannelStream {
    std::string name, where;
    int part = 0; ///< 0 train, 1 validation, 2 test
    std::shared_ptr<const RowStream> rows;
};

/// The rows of several files as those of one. A block is of one file alone: numbers of rows are left free where the
/// last block of a file is shorter.
std::shared_ptr<const RowStream> joinedStream(std::vector<ChannelStream> channels);

}
