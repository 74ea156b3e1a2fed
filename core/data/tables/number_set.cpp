// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/number_set.h"

#include "core/data/formats/column_builder.h"
#include "core/data/tables/array_inputs.h"

#include <algorithm>
#include <cmath>

namespace core::data {

namespace {

// Wider rows are no table that a person looks at column by column.
constexpr std::int64_t mostTableColumns = 256;

base::Error setError(const NumberSet& set, std::string message, std::string advice)
{
    return {base::ErrorKind::Data, std::move(message), set.where, std::move(advice)};
}

// The arrays of one data set by what they are for.
struct Chosen {
    NumberArray* x[3] = {};
    NumberArray* y[3] = {};
    std::string yName;
    const NumberArray* classNames = nullptr;
    const NumberArray* featureNames = nullptr;
};

class ArraySet {
public:
    ArraySet(std::vector<NamedArray>& arrays, const NumberSet& set, const SourceRequest& request)
        : m_arrays(arrays),
          m_set(set),
          m_request(request)
    {
    }

    base::Result<Loaded> load()
    {
        CORE_CHECK(choose());
        if (!m_chosen.x[0])
            return columns();
        if (m_request.like)
            return inputsOnly();
        if (!m_chosen.y[0])
            return m_chosen.x[0]->shape.size() <= 2 && !m_chosen.x[1] && !m_chosen.x[2]
                       ? bareTable()
                       : base::Result<Loaded>(setError(m_set, "has no array of labels for " + names(), labelAdvice()));
        CORE_CHECK(join());
        const ArrayInputs maker(*m_chosen.x[0], m_set.layout, m_set.where);
        if (maker.modality() == Modality::Table && maker.shape()[0] <= mostTableColumns && !m_chosen.x[2])
            return table();
        return tensors(maker);
    }

private:
    std::vector<NamedArray>& m_arrays;
    const NumberSet& m_set;
    const SourceRequest& m_request;
    Chosen m_chosen;
    std::vector<std::int32_t> m_parts;

    std::string names() const
    {
        std::string all;
        for (const NamedArray& each : m_arrays)
            all += (all.empty() ? "" : ", ") + each.name + " (" + shapeText(each.array) + ")";
        return all.substr(0, 400);
    }
    static std::string labelAdvice()
    {
        return "Call arrays x and y, or name them in data.source.x and data.source.y; y has one label a row";
    }

    NumberArray* named(const std::string& name)
    {
        for (NamedArray& each : m_arrays)
            if (each.name == name)
                return &each.array;
        return nullptr;
    }

    base::Status choose()
    {
        for (const auto& [name, place, key] :
             {std::tuple(m_set.x, &m_chosen.x[0], "x"), std::tuple(m_set.y, &m_chosen.y[0], "y")})
            if (!name.empty() && !(*place = named(name)))
                return base::Error{base::ErrorKind::Spec, m_set.where + " has no array \"" + name + "\"",
                                   std::string("/data/source/") + key, "Arrays: " + names()};
        m_chosen.yName = m_set.y;
        for (NamedArray& each : m_arrays) {
            const ArrayRole role = roleOf(each.name);
            if (role.names)
                (role.input ? m_chosen.featureNames : m_chosen.classNames) = &each.array;
            else if (role.input && (m_set.x.empty() || role.part > 0) && !m_chosen.x[role.part])
                m_chosen.x[role.part] = &each.array;
            else if (role.target && (m_set.y.empty() || role.part > 0) && !m_chosen.y[role.part]) {
                m_chosen.y[role.part] = &each.array;
                if (role.part == 0)
                    m_chosen.yName = each.name;
            }
        }
        if (!m_chosen.x[0])
            chooseByShape();
        if (m_chosen.x[0] && m_chosen.x[0]->element == Element::Text)
            return setError(m_set, "has texts where numbers should be", labelAdvice());
        return {};
    }

    void chooseByShape()
    {
        m_chosen.x[1] = m_chosen.x[2] = nullptr;
        for (NamedArray& each : m_arrays)
            if (!m_chosen.x[0] && each.array.shape.size() >= 2 && each.array.element != Element::Text &&
                &each.array != m_chosen.y[0])
                m_chosen.x[0] = &each.array;
        for (NamedArray& each : m_arrays)
            if (m_chosen.x[0] && !m_chosen.y[0] && each.array.shape.size() == 1 &&
                each.array.rows() == m_chosen.x[0]->rows()) {
                m_chosen.y[0] = &each.array;
                m_chosen.yName = each.name;
            }
    }

    base::Status join()
    {
        for (int part = 0; part < 3; ++part) {
            NumberArray *x = m_chosen.x[part], *y = m_chosen.y[part];
            if (!x || !y) {
                m_chosen.x[part] = nullptr;
                continue;
            }
            if (x->shape.empty() || y->shape.empty() || x->rows() != y->rows())
                return setError(
                    m_set, "has " + std::to_string(y->rows()) + " labels for " + std::to_string(x->rows()) + " rows",
                    labelAdvice());
            if (x->rows() == 0 || x->rowLength() == 0)
                return setError(m_set, "holds no rows", {});
            if (part == 0 && m_request.data.rows) {
                cutRows(*x, *m_request.data.rows);
                cutRows(*y, *m_request.data.rows);
            }
        }
        // With validation rows of its own the set says which row is for what; test rows alone are its test split.
        for (int part = 1; part < 3 && m_chosen.x[1]; ++part) {
            if (!m_chosen.x[part])
                continue;
            if (part == 1)
                m_parts.assign(std::size_t(m_chosen.x[0]->rows()), 0);
            if (m_chosen.x[part]->rowLength() != m_chosen.x[0]->rowLength())
                return setError(m_set, "has parts whose rows differ in length", "All are of one set");
            m_parts.resize(m_parts.size() + std::size_t(m_chosen.x[part]->rows()), part);
            appendRows(*m_chosen.x[0], *m_chosen.x[part]);
            appendRows(*m_chosen.y[0], *m_chosen.y[part]);
            if (part == 2)
                m_chosen.x[2] = nullptr;
        }
        return {};
    }

    std::string featureName(std::int64_t f, std::int64_t features) const
    {
        const NumberArray* given = m_chosen.featureNames;
        if (given && given->element == Element::Text && std::int64_t(given->texts.size()) == features)
            return given->texts[std::size_t(f)];
        return "column_" + std::to_string(f + 1);
    }

    base::Result<Column> target() const
    {
        const NumberArray& y = *m_chosen.y[0];
        const std::string name = m_chosen.yName.empty() ? "label" : m_chosen.yName;
        if (y.rowLength() == 1)
            return withNames(columnOf(name, y, 0, 1, y.rows()));
        if (!isOneHot(y))
            return setError(m_set, "has " + shapeText(y) + " targets: more than one number a row",
                            "Name an array with one number or one class a row in data.source.y");
        NumberArray ids{.element = Element::I64, .shape = {y.rows()}};
        for (std::int64_t row = 0; row < y.rows(); ++row) {
            std::int64_t id = 0;
            while (y.at(row * y.shape[1] + id) != 1)
                ++id;
            ids.bytes.append(reinterpret_cast<const char*>(&id), sizeof id);
        }
        return withNames(columnOf(name, ids, 0, 1, y.rows()));
    }

    // Numbers of classes become their names where the file has them.
    Column withNames(Column column) const
    {
        const NumberArray* given = m_chosen.classNames;
        if (!given || given->element != Element::Text || column.kind != ColumnKind::Number || given->texts.empty())
            return column;
        const double most = double(given->texts.size()) - 1;
        for (const double value : column.numbers)
            if (!std::isnan(value) && !(value >= 0 && value <= most && value == std::floor(value)))
                return column;
        ColumnBuilder builder(column.name);
        for (std::size_t row = 0; row < column.numbers.size(); ++row)
            if (!std::isnan(column.numbers[row]))
                builder.text(std::int64_t(row), given->texts[std::size_t(column.numbers[row])]);
        return std::move(builder).finish(std::int64_t(column.numbers.size()), {.asText = {column.name}});
    }

    std::shared_ptr<Table> tableOf(const NumberArray& x) const
    {
        auto made = std::make_shared<Table>();
        made->rows = x.rows();
        made->where = m_set.where;
        made->name = m_set.name;
        made->named = m_chosen.featureNames != nullptr;
        const std::int64_t features = x.rowLength();
        for (std::int64_t f = 0; f < features; ++f)
            made->columns.push_back(columnOf(featureName(f, features), x, f, features, x.rows()));
        return made;
    }

    base::Result<Loaded> table()
    {
        CORE_TRY(column, target());
        Loaded loaded;
        loaded.table = tableOf(*m_chosen.x[0]);
        loaded.table->target = column.name;
        loaded.table->columns.push_back(std::move(column));
        loaded.parts = std::move(m_parts);
        return loaded;
    }

    // A matrix alone is a table; its last column is predicted unless another is asked for.
    base::Result<Loaded> bareTable()
    {
        NumberArray& x = *m_chosen.x[0];
        if (x.shape.size() < 2 || x.rows() == 0 || x.shape[1] < 2 || x.shape[1] > 10'000)
            return setError(m_set, "holds " + names() + " and no labels for it", labelAdvice());
        if (m_request.data.rows)
            cutRows(x, *m_request.data.rows);
        Loaded loaded;
        loaded.table = tableOf(x);
        return loaded;
    }

    // Arrays of one dimension and one length are the columns of a table.
    base::Result<Loaded> columns()
    {
        std::int64_t rows = 0, most = 0;
        for (const NamedArray& each : m_arrays) {
            std::int64_t alike = 0;
            for (const NamedArray& other : m_arrays)
                alike += other.array.shape.size() == 1 && other.array.shape == each.array.shape;
            if (each.array.shape.size() == 1 && alike > most) {
                most = alike;
                rows = each.array.rows();
            }
        }
        if (most < (m_request.like ? 1 : 2) || rows == 0)
            return setError(m_set, m_arrays.empty() ? "holds no array" : "has no rows and labels: it holds " + names(),
                            labelAdvice());
        const std::int64_t taken = m_request.like ? rows : std::min(rows, m_request.data.rows.value_or(rows));
        Loaded loaded;
        loaded.table = std::make_shared<Table>();
        loaded.table->rows = taken;
        loaded.table->where = m_set.where;
        loaded.table->name = m_set.name;
        for (const NamedArray& each : m_arrays)
            if (each.array.shape.size() == 1 && each.array.rows() == rows)
                loaded.table->columns.push_back(columnOf(each.name, each.array, 0, 1, taken));
        if (m_chosen.y[0])
            loaded.table->target = m_chosen.yName;
        return loaded;
    }

    base::Result<Loaded> tensors(const ArrayInputs& maker)
    {
        if (!m_request.data.features.empty())
            return base::Error{base::ErrorKind::Spec, "this source has no named columns to choose from",
                               "/data/features", "Leave it out"};
        Loaded loaded;
        loaded.where = m_set.where;
        loaded.info.name = m_set.name;
        loaded.info.modality = maker.modality();
        loaded.info.inputShape = maker.shape();
        for (std::int64_t f = 0; maker.modality() == Modality::Table && f < maker.shape()[0]; ++f)
            loaded.info.features.push_back(featureName(f, maker.shape()[0]));
        loaded.info.origins = loaded.info.features;
        CORE_TRY(inputs, maker.make(*m_chosen.x[0]));
        const std::int64_t rows = inputs.size(0);
        loaded.inputs = std::move(inputs);
        // Classes are those of all rows, so that both parts number them alike.
        if (m_chosen.x[2]) {
            CORE_TRY(test, maker.make(*m_chosen.x[2]));
            loaded.testInputs = test.scalar_type() == loaded.inputs.scalar_type() ? test : test.to(at::kFloat);
            loaded.inputs = loaded.inputs.to(loaded.testInputs.scalar_type());
            appendRows(*m_chosen.y[0], *m_chosen.y[2]);
        }
        CORE_TRY(column, target());
        CORE_CHECK(takeTargets(std::move(column), loaded, m_request));
        if (m_chosen.x[2]) {
            loaded.testTargets = loaded.targets.narrow(0, rows, loaded.testInputs.size(0)).clone();
            loaded.targets = loaded.targets.narrow(0, 0, rows).clone();
            loaded.info.testRows = loaded.testInputs.size(0);
        }
        loaded.info.rows = rows;
        loaded.parts = std::move(m_parts);
        return loaded;
    }

    base::Result<Loaded> inputsOnly()
    {
        const NumberArray& x = *m_chosen.x[0];
        if (x.rows() == 0 || x.rowLength() == 0)
            return setError(m_set, "holds no rows", {});
        // Who was trained on a table looks for its columns.
        if (!m_request.hints.asNumbers.empty()) {
            Loaded loaded;
            loaded.table = tableOf(x);
            return loaded;
        }
        const ArrayInputs maker(x, m_set.layout, m_set.where);
        if (maker.shape() != m_request.like->inputShape)
            return setError(m_set, "has rows of another shape than the model was trained on", {});
        Loaded loaded;
        loaded.where = m_set.where;
        loaded.info = *m_request.like;
        loaded.info.rows = x.rows();
        CORE_TRY(inputs, maker.make(x));
        loaded.inputs = std::move(inputs);
        return loaded;
    }
};

}

ArrayRole roleOf(std::string_view name)
{
    constexpr std::string_view inputs[] = {"x",        "data",  "image",  "images", "feature",
                                           "features", "input", "inputs", "imgs",   "samples"};
    constexpr std::string_view targets[] = {"y",     "label",   "labels", "target", "targets",
                                            "class", "classes", "output", "outputs"};
    const auto among = [](std::string_view word, const auto& words) {
        return std::find(std::begin(words), std::end(words), word) != std::end(words);
    };
    ArrayRole role;
    std::string word, lower;
    for (const char c : name)
        lower += c >= 'A' && c <= 'Z' ? char(c + 32) : c;
    bool known = true;
    for (std::size_t i = 0; i <= lower.size(); ++i) {
        const char c = i < lower.size() ? lower[i] : '_';
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            word += c;
            continue;
        }
        if (word == "val" || word == "valid" || word == "validation" || word == "dev")
            role.part = 1;
        else if (word == "test" || word == "testing")
            role.part = 2;
        else if (word == "names" || word == "list")
            role.names = true;
        else if (among(word, inputs))
            role.input = true;
        else if (among(word, targets))
            role.target = true;
        else
            known = known && (word.empty() || word == "train" || word == "training" || word == "set");
        word.clear();
    }
    if (!known || role.input == role.target)
        return {};
    return role;
}

base::Result<Loaded> loadArrays(std::vector<NamedArray> arrays, const NumberSet& set, const SourceRequest& request)
{
    return ArraySet(arrays, set, request).load();
}

}
