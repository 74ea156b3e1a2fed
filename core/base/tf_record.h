// SPDX-License-Identifier: GPL-3.0-or-later
// TFRecord: https://www.tensorflow.org/tutorials/load_data/tfrecord
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <functional>

namespace core::base {

/// TFRecord's checksum: CRC-32C, turned and moved.
std::uint32_t maskedCrc32c(std::string_view bytes);

/// Whether these bytes begin with a record.
bool looksLikeTfRecords(std::string_view head);

/// Adds one record: length, its sum, content, its sum.
void appendTfRecord(std::string& file, std::string_view content);

/// Hands each record's content on; `take` says whether it is one. What is torn at the end does not count, as somebody
/// may still be writing it; sums that are wrong, and contents that are refused, are an error with the offset.
Status readTfRecords(std::string_view bytes, const std::string& where,
                     const std::function<bool(std::string_view content)>& take);

}
