// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/edit.h"
#include "core/data/formats/cell.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace core::data::edits::set_cells {

namespace {

struct Spec {
    std::string column;
    std::vector<std::int64_t> rows;
    base::Value value;
};

base::Error wrong(const std::string& key, std::string message, std::string advice)
{
    return {base::ErrorKind::Spec, std::move(message), "/" + key, std::move(advice)};
}

// The place of a word, which is put in if it is new; codes of the others move with it.
std::int32_t codeOf(Column& column, const std::string& word)
{
    const auto at = std::lower_bound(column.words.begin(), column.words.end(), word);
    const std::int32_t code = std::int32_t(at - column.words.begin());
    if (at != column.words.end() && *at == word)
        return code;
    column.words.insert(at, word);
    for (std::int32_t& other : column.codes)
        other += other >= code;
    return code;
}

class SetCells final : public Edit {
public:
    explicit SetCells(Spec spec) : m_spec(std::move(spec)) {}

    base::Status apply(Loaded& loaded) const override
    {
        for (std::size_t i = 0; i < m_spec.rows.size(); ++i)
            if (m_spec.rows[i] >= loaded.rows())
                return wrong("rows/" + std::to_string(i), "there is no row " + std::to_string(m_spec.rows[i]),
                             "Rows are 0 to " + std::to_string(loaded.rows() - 1));
        return loaded.table ? setInTable(*loaded.table) : setInputs(loaded);
    }

private:
    Spec m_spec;

    std::string word() const
    {
        return m_spec.value.isText() ? m_spec.value.text() : m_spec.value.isNull() ? "" : textOf(m_spec.value.toReal());
    }

    base::Result<double> number() const
    {
        if (m_spec.value.isNull())
            return std::nan("");
        if (m_spec.value.isNumber())
            return m_spec.value.toReal();
        if (const auto read = numberOf(m_spec.value.text()))
            return *read;
        if (isMissingCell(m_spec.value.text()))
            return std::nan("");
        return wrong("value", "\"" + m_spec.value.text() + "\" is not a number",
                     "Column \"" + m_spec.column + "\" holds numbers");
    }

    base::Status setInTable(Table& table) const
    {
        const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                        [this](const Column& column) { return column.name == m_spec.column; });
        if (found == table.columns.end())
            return wrong("column", "there is no column \"" + m_spec.column + "\"", "Name one of the columns");
        Column& column = *found;
        if (column.kind == ColumnKind::Text) {
            const std::int32_t code = isMissingCell(word()) ? -1 : codeOf(column, word());
            for (const std::int64_t row : m_spec.rows)
                column.codes[std::size_t(row)] = code;
            return {};
        }
        base::Result<double> value = number();
        if (column.kind == ColumnKind::Time && m_spec.value.isText())
            if (const auto time = timeOf(m_spec.value.text()))
                value = *time;
        if (!value)
            return value.error();
        for (const std::int64_t row : m_spec.rows)
            column.numbers[std::size_t(row)] = *value;
        const std::set<std::int64_t> set(m_spec.rows.begin(), m_spec.rows.end());
        std::erase_if(column.strays, [&](const StrayCell& stray) { return set.contains(stray.row); });
        if (column.kind == ColumnKind::Empty && !std::isnan(*value))
            column.kind = ColumnKind::Number;
        return {};
    }

    // A set without a table: features by name, and the target.
    base::Status setInputs(Loaded& loaded) const
    {
        const auto& features = loaded.info.features;
        const auto found = std::find(features.begin(), features.end(), m_spec.column);
        if (m_spec.column == loaded.info.target && loaded.targets.defined())
            return setTarget(loaded);
        if (found == features.end() || loaded.inputs.scalar_type() != at::kFloat)
            return wrong("column", "there is no column \"" + m_spec.column + "\" whose cells can be set",
                         "Name the target or one of the columns");
        CORE_TRY(value, number());
        for (const std::int64_t row : m_spec.rows)
            loaded.inputs.mutable_data_ptr<float>()[row * loaded.inputs.size(1) + (found - features.begin())] =
                float(value);
        return {};
    }

    base::Status setTarget(Loaded& loaded) const
    {
        if (loaded.targets.scalar_type() != at::kLong) {
            CORE_TRY(value, number());
            for (const std::int64_t row : m_spec.rows)
                loaded.targets.mutable_data_ptr<float>()[row] = float(value);
            return {};
        }
        // A class that is new comes last, so that the others keep their numbers.
        std::vector<std::string>& classes = loaded.info.classes;
        auto at = std::find(classes.begin(), classes.end(), word());
        std::int64_t label = isMissingCell(word()) ? -1 : at - classes.begin();
        if (label == std::int64_t(classes.size()))
            classes.push_back(word());
        for (const std::int64_t row : m_spec.rows)
            loaded.targets.mutable_data_ptr<std::int64_t>()[row] = label;
        return {};
    }
};

}

void enroll(Edits& all)
{
    all.add<SetCells>(
        "set_cells", "Cells changed",
        "One column of some rows gets another value; of a set of pictures, texts or sounds the label.",
        base::Fields<Spec>{}
            .add("column", &Spec::column, base::Text{}, {"The column's name; of pictures, texts and sounds \"label\"."})
            .add("rows", &Spec::rows, std::make_shared<const base::List>(base::List{base::Int{0}, 0, 10'000'000}),
                 {"Their numbers, from 0."})
            .add("value", &Spec::value, base::Tree{}, {"A number, a text, or null for a cell that is emptied."},
                 {.nullable = true}));
}

}
