// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/formats/array.h"

#include <filesystem>
#include <limits>
#include <memory>

namespace core::data {

/// Whether a file that begins with `head` is one of numpy.save.
bool looksLikeNpy(std::string_view head);

/// Reads what numpy.save wrote (versions 1 to 3): whole numbers, floating ones of 2, 4 and 8 bytes, bool, and texts of
/// fixed length (`S`, `U`), of either byte order and in C or Fortran order. At most `maxRows` rows. An error of kind
/// Data with the offset for anything else: pickled objects are never read, since that would run code of the file's.
base::Result<NumberArray> readNpy(std::string bytes, const std::string& where,
                                  std::int64_t maxRows = std::numeric_limits<std::int64_t>::max());
/// Rows of a file of numpy.save that are read when they are wanted.
class NpyRows {
public:
    /// nullptr for one in Fortran order, whose rows lie apart, and for a single number.
    static base::Result<std::shared_ptr<const NpyRows>> open(const std::filesystem::path& file);

    std::int64_t rows() const { return m_rows; }
    std::int64_t bytes() const { return m_rows * m_rowBytes; }
    /// So many rows from `first` on. An error if the file has changed since.
    base::Result<NumberArray> read(std::int64_t first, std::int64_t count) const;

private:
    std::filesystem::path m_file;
    std::string m_head;
    std::int64_t m_rows = 0, m_rowBytes = 0;
};

/// The same from a file, of which no more is read than those rows need.
base::Result<NumberArray> readNpyFile(const std::filesystem::path& file,
                                      std::int64_t maxRows = std::numeric_limits<std::int64_t>::max());

}
