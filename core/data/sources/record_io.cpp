// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/data/formats/record_io_reader.h"
#include "core/data/streams/file_stream.h"
#include "core/data/tables/number_set.h"

#include <filesystem>

namespace core::data::sources::record_io {

namespace {

struct Spec {
    std::string path;
};

class RecordIo final : public Source {
public:
    explicit RecordIo(Spec spec) : m_spec(std::move(spec)) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        if (m_spec.path.empty())
            return base::Error{base::ErrorKind::Spec, "no file is named", "/data/source/path",
                               "Give the path of a RecordIO-protobuf file"};
        CORE_TRY(bytes, base::readFile(m_spec.path));
        return parse(bytes, request);
    }

    base::Result<std::shared_ptr<const RowStream>> stream(const SourceRequest& request) const override
    {
        return fileStream(
            m_spec.path, {.records = true},
            [self = *this](std::string bytes, std::int64_t, const SourceRequest& asked) {
                return self.parse(bytes, asked);
            },
            request);
    }

    bool recognises(const std::string&, std::string_view head) const override { return looksLikeRecordIo(head); }

private:
    Spec m_spec;

    base::Result<Loaded> parse(const std::string& bytes, const SourceRequest& request) const
    {
        const std::int64_t most = std::numeric_limits<std::int64_t>::max();
        CORE_TRY(rows, readRecordIo(bytes, m_spec.path, request.like ? most : request.data.rows.value_or(most)));
        if (const DatasetInfo* alike = request.alike; alike && alike->inputShape.size() == 1) {
            if (rows.columns > alike->inputShape[0])
                return base::Error{base::ErrorKind::Data,
                                   "has a record of " + std::to_string(rows.columns) +
                                       " numbers, and those that were looked at first have " +
                                       std::to_string(alike->inputShape[0]),
                                   m_spec.path, "Set data.mode to file"};
            rows.columns = alike->inputShape[0];
        }
        if (request.like && request.like->inputShape.size() == 1)
            rows.columns = std::max(rows.columns, request.like->inputShape[0]);
        const std::string name = std::filesystem::path(m_spec.path).stem().string();
        return loadSparse(std::move(rows), {.where = m_spec.path, .name = name, .layout = "table"}, request);
    }
};

}

void enroll(Sources& all)
{
    all.add<RecordIo>(
        "record_io", "RecordIO-protobuf file",
        "Records of numbers and a label as SageMaker's own algorithms take them, dense or sparse.",
        base::Fields<Spec>{}.add("path", &Spec::path, base::Path{}, {"The file, relative to the experiment file."}));
}

}
