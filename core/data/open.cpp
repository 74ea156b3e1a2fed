// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/open.h"

#include "core/data/channels.h"
#include "core/data/featurizer.h"
#include "core/data/formats/gzip.h"
#include "core/data/tables/table_set.h"
#include "core/spec/check.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>

namespace core::data {

namespace {

constexpr std::size_t recognisedBytes = 4096;
constexpr std::size_t packedHeadBytes = 1 << 16;

// A word that names no file may be meant for one of the built-in sets.
std::string adviceFor(const std::filesystem::path& path)
{
    std::vector<std::string> builtIn;
    for (const base::Entry& entry : allSources().family().entries)
        if (!entry.schema.find("path"))
            builtIn.push_back(entry.kind);
    const std::string near = path.has_extension() ? "" : spec::nearest(path.filename().string(), builtIn);
    return (near.empty() ? "" : "Did you mean \"" + near + "\"? ") +
           "Check the path; relative paths start at the experiment file";
}

/// The beginning of a file, unpacked; empty for a folder.
base::Result<std::string> headOf(const std::string& path)
{
    std::error_code code;
    if (!std::filesystem::exists(path, code))
        return base::Error{base::ErrorKind::Data, "no such file", path, adviceFor(path)};
    if (std::filesystem::is_directory(path, code))
        return std::string{};
    std::ifstream file(path, std::ios::binary);
    std::string head(packedHeadBytes, '\0');
    file.read(head.data(), std::streamsize(head.size()));
    if (file.bad() || (!file && !file.eof()))
        return base::Error{base::ErrorKind::Data, "cannot be read", path, "Check the file's permissions"};
    head.resize(std::size_t(file.gcount()));
    if (!isGzip(head))
        return head;
    return gunzip(head, path, 1 << 28, recognisedBytes);
}

base::Result<std::unique_ptr<Source>> sourceFor(const std::string& format, const std::string& path)
{
    const base::Value params = base::Object{{"path", path}};
    // A pipe could be read only once, and a device may never end.
    std::error_code ignored;
    if (std::filesystem::is_other(path, ignored))
        return base::Error{base::ErrorKind::Data, "is neither a file nor a folder", path,
                           "Write its content to a file"};
    if (format != "auto")
        return allSources().make({format, params});
    CORE_TRY(head, headOf(path));
    std::string known;
    for (const base::Entry& entry : allSources().family().entries) {
        CORE_TRY(source, allSources().make({entry.kind, params}));
        if (source->recognises(path, head))
            return std::move(source);
        if (entry.schema.find("path") && entry.kind != "file")
            known += (known.empty() ? "" : ", ") + entry.kind;
    }
    return base::Error{base::ErrorKind::Data, "is of no format that is known here", path,
                       "Known: " + known + "; name one of them in data.format if it is one all the same"};
}

}

base::Result<Loaded> loadSource(const SourceRequest& request)
{
    CORE_TRY(source, allSources().make(request.data.source));
    CORE_TRY(loaded, source->load(request));
    if (request.like)
        return std::move(loaded);
    return withChannels(std::move(loaded), request);
}

base::Result<Loaded> loadWhole(const SourceRequest& request)
{
    CORE_TRY(loaded, loadSource(request));
    std::vector<std::int64_t> all(std::size_t(loaded.rows()));
    std::iota(all.begin(), all.end(), 0);
    if (loaded.table)
        CORE_CHECK(chooseColumns(loaded, request));
    if (loaded.tabular()) {
        CORE_TRY(encoder, TableEncoder::fit(loaded, all, request.data, 0));
        CORE_TRY(inputs, encoder.encode(*loaded.table));
        encoder.describe(loaded.info);
        loaded.inputs = std::move(inputs);
    } else if (!loaded.inputs.defined()) {
        CORE_TRY(featurizer, makeFeaturizer(loaded, request.data, all));
        if (featurizer)
            loaded.info.inputShape = featurizer->shape();
        CORE_TRY(inputs, inputsOf(*loaded.samples, featurizer.get(), loaded.info.inputShape));
        loaded.inputs = std::move(inputs);
    }
    return std::move(loaded);
}

base::Result<std::unique_ptr<Source>> sourceAt(const SourceRequest& request, const std::string& path)
{
    if (path.empty())
        return base::Error{base::ErrorKind::Spec, "no file is named", "/data/source/path",
                           "Give the path of a file or folder"};
    std::error_code ignored;
    const bool packed = !std::filesystem::exists(path, ignored) && std::filesystem::exists(path + ".gz", ignored);
    return sourceFor(request.data.format, packed ? path + ".gz" : path);
}

base::Result<Loaded> loadPath(const SourceRequest& request, const std::string& path)
{
    CORE_TRY(source, sourceAt(request, path));
    return source->load(request);
}

base::Result<std::unique_ptr<Source>> sourceOf(const SourceRequest& request)
{
    if (request.data.source.kind != "file")
        return allSources().make(request.data.source);
    const base::Value* path = request.data.source.params.object().find("path");
    return sourceAt(request, path ? path->text() : std::string());
}

std::string splitKind(const SplitRequest& request)
{
    if (request.spec.kind != "auto")
        return request.spec.kind;
    if (!request.parts.empty())
        return "predefined";
    if (!request.times.empty())
        return "chronological";
    if (request.classes.empty())
        return "random";
    std::vector<std::int64_t> counts;
    for (const std::int64_t c : request.classes) {
        if (c < 0)
            return "random";
        counts.resize(std::max(counts.size(), std::size_t(c) + 1));
        ++counts[std::size_t(c)];
    }
    const bool rare = std::any_of(counts.begin(), counts.end(), [](auto n) { return n > 0 && n < 3; });
    return rare ? "random" : "stratified";
}

}
