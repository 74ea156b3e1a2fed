// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/gzip.h"
#include "core/data/formats/libsvm_reader.h"
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
        options.columns = m_spec.columns.value_or(0);
        if (request.like && request.like->inputShape.size() == 1)
            options.columns = std::max(options.columns, request.like->inputShape[0]);
        else if (request.data.rows)
            options.maxRows = *request.data.rows;
        CORE_TRY(rows, readLibsvm(text, m_spec.path, options));
        if (!m_spec.queries)
            rows.groups.clear();
        const std::string name = std::filesystem::path(m_spec.path).stem().string();
        return loadSparse(std::move(rows), {.where = m_spec.path, .name = name, .layout = "table"}, request);
    }

    bool recognises(const std::string& path, std::string_view head) const override
    {
        const auto extension = std::filesystem::path(path).extension();
        return extension == ".libsvm" || extension == ".svmlight" || looksLikeLibsvm(head);
    }

private:
    Spec m_spec;
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
