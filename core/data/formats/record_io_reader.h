// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/data/formats/sparse_rows.h"

#include <limits>
#include <string_view>

namespace core::data {

/// One record of SageMaker's RecordIO-protobuf: `Record{features, label: map<string, Value>}` whose values are tensors
/// of float32, float64 or int32, dense or as keys and values.
struct NumberRecord {
    std::vector<double> values;
    std::vector<std::uint64_t> keys; ///< of a sparse record: the place of each value
    std::uint64_t width = 0;         ///< of a sparse record, if it says so
    bool sparse = false;
    std::vector<double> labels;
};

/// Cuts a file into records: magic 0xCED7230A, length, bytes, padding to 4; parts of a record that was cut in pieces
/// are put together. Called record by record, so that a file may be read in pieces.
class RecordIoReader {
public:
    RecordIoReader(std::string_view bytes, std::string where) : m_bytes(bytes), m_where(std::move(where)) {}

    /// False at the end. An error of kind Data names the offset.
    base::Result<bool> next(NumberRecord& record);
    std::size_t offset() const { return m_at; }

private:
    std::string_view m_bytes;
    std::string m_where;
    std::size_t m_at = 0;

    base::Result<std::string_view> take(std::string& joined);
};

/// All records as rows of one width: that of the first dense record, or what the widest sparse one needs.
base::Result<SparseRows> readRecordIo(std::string_view bytes, const std::string& where,
                                      std::int64_t maxRows = std::numeric_limits<std::int64_t>::max());

bool looksLikeRecordIo(std::string_view head);

}
