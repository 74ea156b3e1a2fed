// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/row_index.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

using namespace core::data;

// The first byte says by which rules; the rest is the file.
FUZZ(bytes)
{
    if (bytes.empty())
        return;
    const unsigned char form = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    const int file = ::memfd_create("fuzz", MFD_CLOEXEC);
    fuzz::promise(file >= 0 && ::write(file, bytes.data(), bytes.size()) == ssize_t(bytes.size()));
    const RowRules rules{.records = form % 5 == 0,
                         .quotes = (form & 8) != 0,
                         .comment = (form & 16) != 0 ? '#' : char(0),
                         .header = (form & 32) != 0};
    const auto index = RowIndex::of("/proc/self/fd/" + std::to_string(file), rules);
    if (index) {
        const RowIndex& rows = **index;
        fuzz::promise(rows.rows() > 0 && rows.bytes() == std::int64_t(bytes.size()));
        std::vector<std::int64_t> all;
        for (std::int64_t block = 0; block < rows.blocks(); ++block)
            all.push_back(block);
        fuzz::promise((rows.rows() + rows.blockRows() - 1) / rows.blockRows() == rows.blocks());
        const auto text = rows.read(all);
        fuzz::promise(bool(text));
        // What is read is the end of the file from the first row on.
        const std::string whole(bytes);
        fuzz::promise(whole.ends_with(*text) || (whole + '\n').ends_with(*text));
    }
    ::close(file);
}
