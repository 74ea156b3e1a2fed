// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/data/formats/gzip.h"
#include "core/data/formats/libsvm_reader.h"
#include "core/data/streams/file_stream.h"
#include "core/data/tables/number_set.h"

namespace core::data::sources::libsvm {

namespace {

struct Spec {
    std::string path;
    std::string indices = "auto";
    bool queries = false;
    std::optional<std::int64_t> columns;
};

class Libsvm final : public Source {
public:
    explicit Libsvm(Spec spec) : m_spec(std::move(spec)) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        if (m_spec.path.empty())
            return base::Error{base::ErrorKind::Spec, "no file is named", "/data/source/path",
                               "Give the path of a LIBSVM file"};
        CORE_TRY(text, readPlainOrGzip(m_spec.path, std::size_t(1) << 32));
        LibsvmOptions options;
        if (m_spec.indices != "auto")
            options.zeroBased = m_spec.indices == "from 0";
        return parse(text, options, request);
    }

    base::Result<std::shared_ptr<const RowStream>> stream(const SourceRequest& request) const override
    {
        CORE_TRY(head, base::readHead(m_spec.path, headBytes));
        if (isGzip(head))
            return std::shared_ptr<const RowStream>();
        LibsvmOptions options{.zeroBased = m_spec.indices == "from 0"};
        // The last line may have lost its end.
        if (const auto end = head.rfind('\n'); head.size() == headBytes && end != head.npos)
            head.resize(end);
        if (m_spec.indices == "auto") {
            const LibsvmOptions counted{.zeroBased = false};
            options.zeroBased = readLibsvm(head, m_spec.path) && !readLibsvm(head, m_spec.path, counted);
        }
        return fileStream(
            m_spec.path, {.comment = '#'},
            [self = *this, options](std::string text, std::int64_t line, const SourceRequest& asked) {
                LibsvmOptions here = options;
                here.firstLine = line;
                return self.parse(text, here, asked);
            },
            request);
    }

    bool recognises(const std::string& path, std::string_view head) const override
    {
        const auto extension = std::filesystem::path(path).extension();
        return extension == ".libsvm" || extension == ".svmlight" || looksLikeLibsvm(head);
    }

private:
    static constexpr std::size_t headBytes = 1 << 20;

    Spec m_spec;

    base::Result<Loaded> parse(const std::string& text, LibsvmOptions options, const SourceRequest& request) const
    {
        options.columns = m_spec.columns.value_or(0);
        if (request.like && request.like->inputShape.size() == 1)
            options.columns = std::max(options.columns, request.like->inputShape[0]);
        else if (request.data.rows)
            options.maxRows = *request.data.rows;
        const DatasetInfo* alike = request.alike && request.alike->inputShape.size() == 1 ? request.alike : nullptr;
        if (alike)
            options.columns = std::max(options.columns, alike->inputShape[0] - (m_spec.queries ? 1 : 0));
        CORE_TRY(rows, readLibsvm(text, m_spec.path, options));
        if (alike && rows.columns > options.columns)
            return base::Error{base::ErrorKind::Data,
                               "has a column " + std::to_string(rows.columns) +
                                   ", and the rows that were looked at first "
                                   "have " +
                                   std::to_string(options.columns),
                               m_spec.path, "Set data.source.columns to as many as there are"};
        if (!m_spec.queries)
            rows.groups.clear();
        const std::string name = std::filesystem::path(m_spec.path).stem().string();
        return loadSparse(std::move(rows), {.where = m_spec.path, .name = name, .layout = "table"}, request);
    }
};

}

void enroll(Sources& all)
{
    all.add<Libsvm>(
        "libsvm", "LIBSVM file",
        "Lines of a label and column:value pairs; columns that a line leaves out are 0. The format of LIBSVM, svmlight "
        "and XGBoost.",
        base::Fields<Spec>{}
            .add("path", &Spec::path, base::Path{},
                 {"The file, relative to the experiment file; may be packed with gzip."})
            .add("indices", &Spec::indices, base::Choice{{"auto", "from 0", "from 1"}},
                 {"How columns are counted. auto: from 0 if one is called 0, else from 1."})
            .add("columns", &Spec::columns, base::Int{1, 100'000'000},
                 {"At least so many columns there are. Empty: as many as occur."}, {.nullWord = "as many as occur"})
            .add("queries", &Spec::queries, base::Flag{},
                 {"Makes a column qid of the numbers of queries, for a split by split.group."}));
}

}
