// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/source_cache.h"

#include "core/base/json.h"
#include "core/base/rng.h"
#include "core/data/open.h"
#include "core/spec/data_fields.h"

#include <filesystem>

namespace core::data {

namespace {

constexpr std::size_t mostCachedBytes = std::size_t(1) << 30;

std::string stateOf(const std::filesystem::path& file)
{
    std::error_code ignored;
    return std::to_string(std::filesystem::last_write_time(file, ignored).time_since_epoch().count()) + " " +
           std::to_string(std::filesystem::is_regular_file(file, ignored) ? std::filesystem::file_size(file, ignored)
                                                                          : 0);
}

// What the source is asked for, and the state of the file that it reads.
std::string keyOf(const SourceRequest& request)
{
    base::Value asked = spec::dataFields().write(request.data);
    for (const char* later :
         {"edits", "missing", "normalize", "encode", "sampler", "copies", "features", "target", "classes"})
        asked.object().erase(later);
    std::string key = base::writeJson(asked);
    std::vector<std::string> files{request.data.channels.validation, request.data.channels.test};
    if (const base::Value* path = request.data.source.params.object().find("path"))
        files.push_back(path->text());
    for (const std::string& file : files) {
        std::error_code ignored;
        key += " " + stateOf(file);
        std::uint64_t inside = 0;
        for (std::filesystem::recursive_directory_iterator entry(file, ignored), end; !ignored && entry != end;
             entry.increment(ignored))
            inside += base::mix(base::streamOf(entry->path().string() + stateOf(entry->path())));
        key += " " + std::to_string(inside);
    }
    return key;
}

std::size_t bytesOf(const Loaded& loaded)
{
    std::size_t bytes = loaded.inputs.defined() ? loaded.inputs.nbytes() : 0;
    if (loaded.table)
        for (const Column& column : loaded.table->columns)
            bytes += column.numbers.size() * 8 + column.codes.size() * 4;
    return bytes;
}

// Edits change tables and tensors in place.
Loaded copyOf(const Loaded& loaded)
{
    Loaded copy = loaded;
    if (copy.table)
        copy.table = std::make_shared<Table>(*copy.table);
    if (copy.inputs.defined() && copy.info.modality == Modality::Table)
        copy.inputs = copy.inputs.clone();
    if (copy.targets.defined())
        copy.targets = copy.targets.clone();
    return copy;
}

}

base::Result<Loaded> SourceCache::load(const SourceRequest& request)
{
    std::string key = keyOf(request);
    if (m_loaded && key == m_key)
        return copyOf(*m_loaded);
    m_loaded.reset();
    CORE_TRY(loaded, loadSource(request));
    if (bytesOf(loaded) <= mostCachedBytes) {
        m_loaded = copyOf(loaded);
        m_key = std::move(key);
    }
    return std::move(loaded);
}

}
