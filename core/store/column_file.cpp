// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/column_file.h"

#include "core/store/h5.h"

#include <algorithm>

namespace core::store {

base::Status writeColumnFile(const std::filesystem::path& file, const std::vector<StoredColumn>& columns,
                             const std::string& recipe)
{
    const std::filesystem::path partial = file.string() + ".partial";
    std::error_code code;
    std::filesystem::remove(partial, code);
    base::Status written = h5::guarded(partial, [&] {
        h5::Id made = h5::createFile(partial);
        for (const StoredColumn& column : columns) {
            std::string name = column.name;
            std::replace(name.begin(), name.end(), '/', '_');
            if (column.texts.empty())
                h5::createReals(made, name, column.numbers,
                                {.chunk = std::clamp<hsize_t>(column.numbers.size(), 1, 16'384), .packed = true});
            else
                h5::createTexts(made, name, column.texts);
        }
        h5::writeAttribute(made, "recipe", recipe);
        if (!made.reset())
            h5::fail("closing the file");
    });
    if (written) {
        std::filesystem::rename(partial, file, code);
        if (!code)
            return written;
        written = base::Error{base::ErrorKind::Resource, "cannot be written: " + code.message(), file.string(),
                              "Choose another place"};
    }
    std::filesystem::remove(partial, code);
    return written;
}

}
