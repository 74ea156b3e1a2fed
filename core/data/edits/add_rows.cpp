// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/edit.h"
#include "core/data/formats/cell.h"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <cmath>

namespace core::data::edits::add_rows {

namespace {

struct Spec {
    std::vector<std::string> columns;
    base::Value rows = base::Array{};
};

base::Error wrong(const std::string& key, std::string message, std::string advice)
{
    return {base::ErrorKind::Spec, std::move(message), "/" + key, std::move(advice)};
}

std::string wordOf(const base::Value& cell)
{
    return cell.isText() ? cell.text() : cell.isNumber() ? textOf(cell.toReal()) : "";
}

double numberIn(const base::Value& cell)
{
    if (cell.isNumber())
        return cell.toReal();
    return cell.isText() ? numberOf(cell.text()).value_or(std::nan("")) : std::nan("");
}

class AddRows final : public Edit {
public:
    explicit AddRows(Spec spec) : m_spec(std::move(spec)) {}

    base::Status apply(Loaded& loaded) const override
    {
        const base::Array& rows = m_spec.rows.array();
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (rows[i].array().size() != m_spec.columns.size())
                return wrong("rows/" + std::to_string(i),
                             "has " + std::to_string(rows[i].array().size()) + " cells for " +
                                 std::to_string(m_spec.columns.size()) + " columns",
                             "One cell a column; null is an empty one");
        if (loaded.testInputs.defined())
            return wrong("rows", "rows cannot be added to a set with test rows of its own", "Leave the edit out");
        return loaded.table ? addToTable(loaded) : addToInputs(loaded);
    }

private:
    Spec m_spec;

    // Which of the edit's columns that is; −1: none.
    std::ptrdiff_t placeOf(const std::string& column) const
    {
        const auto found = std::find(m_spec.columns.begin(), m_spec.columns.end(), column);
        return found == m_spec.columns.end() ? -1 : found - m_spec.columns.begin();
    }

    base::Status known(const std::vector<std::string>& names) const
    {
        for (std::size_t c = 0; c < m_spec.columns.size(); ++c)
            if (std::find(names.begin(), names.end(), m_spec.columns[c]) == names.end())
                return wrong("columns/" + std::to_string(c), "there is no column \"" + m_spec.columns[c] + "\"",
                             "Name columns of the data");
        return {};
    }

    base::Status addToTable(Loaded& loaded) const
    {
        Table& table = *loaded.table;
        CORE_CHECK(known(table.names()));
        const base::Array& rows = m_spec.rows.array();
        for (Column& column : table.columns) {
            const std::ptrdiff_t place = placeOf(column.name);
            std::vector<std::string> words;
            for (const base::Value& row : rows) {
                const base::Value cell = place < 0 ? base::Value{} : row.array()[std::size_t(place)];
                if (column.kind == ColumnKind::Text)
                    words.push_back(wordOf(cell));
                else
                    column.numbers.push_back(column.kind == ColumnKind::Time && cell.isText()
                                                 ? timeOf(cell.text()).value_or(std::nan(""))
                                                 : numberIn(cell));
            }
            if (column.kind == ColumnKind::Text)
                addWords(column, words);
        }
        table.rows += std::int64_t(rows.size());
        return {};
    }

    static void addWords(Column& column, const std::vector<std::string>& words)
    {
        std::vector<std::string> all = column.words;
        for (const std::string& word : words)
            if (!isMissingCell(word))
                all.push_back(word);
        std::sort(all.begin(), all.end());
        all.erase(std::unique(all.begin(), all.end()), all.end());
        const auto codeIn = [&](const std::string& word) {
            return std::int32_t(std::lower_bound(all.begin(), all.end(), word) - all.begin());
        };
        for (std::int32_t& code : column.codes)
            if (code >= 0)
                code = codeIn(column.words[std::size_t(code)]);
        for (const std::string& word : words)
            column.codes.push_back(isMissingCell(word) ? -1 : codeIn(word));
        column.words = std::move(all);
    }

    // A set without a table, such as the points of a generator.
    base::Status addToInputs(Loaded& loaded) const
    {
        if (loaded.info.features.empty() || loaded.inputs.scalar_type() != at::kFloat || loaded.inputs.dim() != 2)
            return wrong("rows", "rows can only be added to tables", "Leave the edit out");
        std::vector<std::string> names = loaded.info.features;
        names.push_back(loaded.info.target);
        CORE_CHECK(known(names));
        const base::Array& rows = m_spec.rows.array();
        const std::int64_t count = std::int64_t(rows.size()), width = loaded.inputs.size(1);
        at::Tensor inputs = tensor::empty({count, width});
        at::Tensor targets = tensor::empty({count}, loaded.targets.scalar_type());
        const std::ptrdiff_t target = placeOf(loaded.info.target);
        for (std::int64_t row = 0; row < count; ++row) {
            const base::Array& cells = rows[std::size_t(row)].array();
            for (std::int64_t f = 0; f < width; ++f) {
                const std::ptrdiff_t place = placeOf(loaded.info.features[std::size_t(f)]);
                inputs.mutable_data_ptr<float>()[row * width + f] =
                    place < 0 ? std::nanf("") : float(numberIn(cells[std::size_t(place)]));
            }
            const base::Value cell = target < 0 ? base::Value{} : cells[std::size_t(target)];
            if (targets.scalar_type() == at::kLong)
                targets.mutable_data_ptr<std::int64_t>()[row] = labelOf(wordOf(cell), loaded.info.classes);
            else
                targets.mutable_data_ptr<float>()[row] = float(numberIn(cell));
        }
        loaded.inputs = at::cat({loaded.inputs, inputs});
        loaded.targets = at::cat({loaded.targets, targets});
        loaded.info.rows += count;
        // All of a canvas is painted: its classes are in the order of their names, not of the brush.
        if (loaded.fewestOfClass > 0)
            sortClasses(loaded);
        return {};
    }

    static void sortClasses(Loaded& loaded)
    {
        std::vector<std::string>& classes = loaded.info.classes;
        std::vector<std::string> sorted = classes;
        std::sort(sorted.begin(), sorted.end(), [](const std::string& a, const std::string& b) {
            const auto x = numberOf(a), y = numberOf(b);
            return x && y ? *x < *y : x || y ? bool(x) : a < b;
        });
        std::int64_t* label = loaded.targets.mutable_data_ptr<std::int64_t>();
        for (std::int64_t row = 0; row < loaded.targets.numel(); ++row)
            if (label[row] >= 0)
                label[row] = std::find(sorted.begin(), sorted.end(), classes[std::size_t(label[row])]) - sorted.begin();
        classes = std::move(sorted);
    }

    static std::int64_t labelOf(const std::string& word, std::vector<std::string>& classes)
    {
        if (isMissingCell(word))
            return -1;
        const auto found = std::find(classes.begin(), classes.end(), word);
        const std::int64_t label = found - classes.begin();
        if (found == classes.end())
            classes.push_back(word);
        return label;
    }
};

}

void enroll(Edits& all)
{
    all.add<AddRows>("add_rows", "Rows added", "Rows after the last one, such as points that were painted.",
                     base::Fields<Spec>{}
                         .add("columns", &Spec::columns,
                              std::make_shared<const base::List>(base::List{base::Text{}, 0, 10'000}),
                              {"Which columns the cells are of; the others stay empty."})
                         .add("rows", &Spec::rows, base::Tree{},
                              {"A list of rows, each a list of cells: numbers, texts, or null."}));
}

}
