// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/npy_reader.h"
#include "core/data/streams/row_stream.h"
#include "core/data/tables/number_set.h"

#include <algorithm>

namespace core::data::sources::npy {

namespace {

namespace fs = std::filesystem;

struct Spec {
    std::string path;
    std::string labels;
    std::string layout = "auto";
};

// Rows of one file of inputs and one of labels, read when they are wanted.
class NpyStream final : public RowStream {
public:
    NpyStream(std::shared_ptr<const NpyRows> x, std::shared_ptr<const NpyRows> y, NumberSet set, std::int64_t rows)
        : m_x(std::move(x)),
          m_y(std::move(y)),
          m_set(std::move(set)),
          m_rows(rows),
          m_blockRows((rows + mostBlocks - 1) / mostBlocks)
    {
    }

    std::int64_t rows() const override { return m_rows; }
    std::int64_t blockRows() const override { return m_blockRows; }
    std::int64_t bytes() const override { return m_x->bytes() + (m_y ? m_y->bytes() : 0); }

    base::Result<Loaded> read(std::span<const std::int64_t> blocks, const SourceRequest& request) const override
    {
        std::vector<NamedArray> arrays;
        for (const NpyRows* file : {m_x.get(), m_y.get()}) {
            if (!file)
                continue;
            NamedArray array{arrays.empty() ? "x" : "label", {}};
            for (std::size_t i = 0; i < blocks.size(); ++i) {
                CORE_TRY(rows, file->read(blocks[i] * m_blockRows, rowsOf(blocks[i])));
                if (i == 0)
                    array.array = std::move(rows);
                else
                    appendRows(array.array, rows);
            }
            arrays.push_back(std::move(array));
        }
        SourceRequest whole = request;
        whole.data.rows.reset();
        return loadArrays(std::move(arrays), m_set, whole);
    }

private:
    static constexpr std::int64_t mostBlocks = 1 << 16;

    std::shared_ptr<const NpyRows> m_x, m_y;
    NumberSet m_set;
    std::int64_t m_rows, m_blockRows;
};

class Npy final : public Source {
public:
    explicit Npy(Spec spec) : m_spec(std::move(spec)) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        if (m_spec.path.empty())
            return base::Error{base::ErrorKind::Spec, "no file is named", "/data/source/path",
                               "Give the path of a file of numpy.save"};
        const fs::path file = m_spec.path;
        const std::int64_t most = std::numeric_limits<std::int64_t>::max();
        CORE_TRY(x, readNpyFile(file, request.like ? most : request.data.rows.value_or(most)));
        std::vector<NamedArray> arrays;
        arrays.push_back({"x", std::move(x)});
        NumberSet set{.where = m_spec.path, .name = file.stem().string(), .x = "x", .layout = m_spec.layout};
        if (!request.like)
            CORE_CHECK(addBeside(arrays, request.data.rows.value_or(most)));
        return loadArrays(std::move(arrays), set, request);
    }

    base::Result<std::shared_ptr<const RowStream>> stream(const SourceRequest& request) const override
    {
        const std::shared_ptr<const RowStream> none;
        const fs::path file = m_spec.path;
        CORE_TRY(x, NpyRows::open(file));
        CORE_TRY(beside, besideFiles());
        // Parts of their own are read whole.
        if (!x || beside.size() > 1 || (beside.size() == 1 && !beside[0].label))
            return none;
        std::shared_ptr<const NpyRows> y;
        if (!beside.empty()) {
            CORE_TRY(labels, NpyRows::open(beside[0].file));
            if (!labels || labels->rows() != x->rows())
                return none;
            y = std::move(labels);
        }
        const std::int64_t rows = std::min(x->rows(), request.data.rows.value_or(x->rows()));
        if (rows == 0)
            return none;
        NumberSet set{.where = m_spec.path, .name = file.stem().string(), .x = "x", .layout = m_spec.layout};
        return std::shared_ptr<const RowStream>(
            std::make_shared<NpyStream>(std::move(x), std::move(y), std::move(set), rows));
    }

    bool recognises(const std::string& path, std::string_view head) const override
    {
        return looksLikeNpy(head) || (!head.empty() && fs::path(path).extension() == ".npy");
    }

private:
    Spec m_spec;

    struct Beside {
        fs::path file;
        bool label = false; // of the inputs' own part
    };

    // Labels and other parts stand beside under their own names: y_train.npy, X_test.npy, y_test.npy.
    base::Result<std::vector<Beside>> besideFiles() const
    {
        if (!m_spec.labels.empty())
            return std::vector<Beside>{{m_spec.labels, true}};
        std::vector<Beside> wanted;
        const fs::path file = m_spec.path;
        const ArrayRole own = roleOf(file.stem().string());
        if (!own.input)
            return wanted;
        std::vector<fs::path> beside;
        std::error_code failed;
        for (const auto& entry : fs::directory_iterator(file.has_parent_path() ? file.parent_path() : ".", failed))
            if (entry.path().extension() == ".npy" && entry.path().filename() != file.filename())
                beside.push_back(entry.path());
        std::sort(beside.begin(), beside.end());
        for (const fs::path& other : beside) {
            const ArrayRole role = roleOf(other.stem().string());
            const bool fits = role.names || (own.part == role.part ? role.target : own.part == 0);
            if (fits && (role.input || role.target))
                wanted.push_back({other, role.part == own.part && !role.names});
        }
        return wanted;
    }

    base::Status addBeside(std::vector<NamedArray>& arrays, std::int64_t rows) const
    {
        CORE_TRY(beside, besideFiles());
        for (const Beside& other : beside) {
            CORE_TRY(array, readNpyFile(other.file, other.label ? rows : std::numeric_limits<std::int64_t>::max()));
            arrays.push_back({other.label ? "label" : other.file.stem().string(), std::move(array)});
        }
        return {};
    }
};

}

void enroll(Sources& all)
{
    all.add<Npy>(
        "npy", "NumPy array",
        "One array of numpy.save. Labels are found beside it (X_train.npy finds y_train.npy, X_test.npy and "
        "y_test.npy); a matrix alone is a table whose last column is predicted.",
        base::Fields<Spec>{}
            .add("path", &Spec::path, base::Path{}, {"The file of the inputs, relative to the experiment file."})
            .add("labels", &Spec::labels, base::Path{}, {"The file of the labels. Empty: beside the inputs, as y."})
            .add("layout", &Spec::layout, base::Choice{{"auto", "table", "image", "series"}},
                 {"What a row is. auto: a list of numbers, or a picture if it has two equal sides or bytes, else a "
                  "series."}));
}

}
