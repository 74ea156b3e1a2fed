// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/data/edit.h"

#include <algorithm>

namespace core::data::edits::add_noise {

namespace {

struct Spec {
    std::string column;
    std::vector<std::int64_t> rows;
    double std = 1;
    std::int64_t seed = 0;
};

base::Error misfit(const std::string& key, std::string message, std::string advice)
{
    return {base::ErrorKind::Spec, std::move(message), "/" + key, std::move(advice)};
}

/// Adds draws of N(0, std²), one a cell, which depend on the seed, the column's name and the row alone.
class AddNoise final : public Edit {
public:
    explicit AddNoise(Spec spec) : m_spec(std::move(spec)) {}

    base::Status apply(Loaded& loaded) const override
    {
        for (std::size_t i = 0; i < m_spec.rows.size(); ++i)
            if (m_spec.rows[i] >= loaded.rows())
                return misfit("rows/" + std::to_string(i), "there is no row " + std::to_string(m_spec.rows[i]),
                              "Rows are 0 to " + std::to_string(loaded.rows() - 1));
        const base::Draw draw =
            base::Draw(std::uint64_t(m_spec.seed), "add_noise").within(base::streamOf(m_spec.column));
        const auto noise = [&](std::int64_t row) { return m_spec.std * draw.normal(std::uint64_t(row)); };
        if (loaded.table)
            return addTo(*loaded.table, noise);
        const auto& features = loaded.info.features;
        const auto found = std::find(features.begin(), features.end(), m_spec.column);
        if (found == features.end() || loaded.inputs.scalar_type() != at::kFloat || loaded.inputs.dim() != 2)
            return misfit("column", "there is no column \"" + m_spec.column + "\" of numbers",
                          "Name one of the features");
        float* const cells = loaded.inputs.mutable_data_ptr<float>() + (found - features.begin());
        for (const std::int64_t row : m_spec.rows)
            cells[row * loaded.inputs.size(1)] += float(noise(row));
        return {};
    }

private:
    Spec m_spec;

    template <class Noise>
    base::Status addTo(Table& table, const Noise& noise) const
    {
        const auto found = std::ranges::find(table.columns, m_spec.column, &Column::name);
        if (found == table.columns.end())
            return misfit("column", "there is no column \"" + m_spec.column + "\"", "Name one of the columns");
        if (found->kind != ColumnKind::Number)
            return misfit("column", "column \"" + m_spec.column + "\" does not hold numbers",
                          "Noise is added to numbers");
        for (const std::int64_t row : m_spec.rows)
            found->numbers[std::size_t(row)] += noise(row);
        return {};
    }
};

}

void enroll(Edits& all)
{
    all.add<AddNoise>(
        "add_noise", "Noise written into cells",
        "Normal noise is added to one column of some rows, once and for all: what an augmentation does "
        "that was run over the file before it was divided.",
        base::Fields<Spec>{}
            .add("column", &Spec::column, base::Text{}, {"The column's name."})
            .add("rows", &Spec::rows, std::make_shared<const base::List>(base::List{base::Int{0}, 0, 10'000'000}),
                 {"Their numbers, from 0."})
            .add("std", &Spec::std, base::Real{.min = 0}, {"The noise's standard deviation, in the column's own unit."})
            .add("seed", &Spec::seed, base::Int{0}, {"Another seed gives other noise of the same kind."}));
}

}
