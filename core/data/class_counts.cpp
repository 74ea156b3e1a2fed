// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/class_counts.h"

namespace core::data {

std::vector<std::int64_t> countClasses(const Loaded& loaded, std::span<const std::int64_t> rows)
{
    if (!loaded.info.classifies() || !loaded.targets.defined())
        return {};
    std::vector<std::int64_t> counts(loaded.info.classes.size());
    const std::int64_t* label = loaded.targets.const_data_ptr<std::int64_t>();
    for (const std::int64_t row : rows)
        if (label[row] >= 0)
            ++counts[std::size_t(label[row])];
    return counts;
}

base::Status checkLabels(const Loaded& loaded)
{
    if (!loaded.info.classifies())
        return {};
    const std::int64_t* label = loaded.targets.const_data_ptr<std::int64_t>();
    for (std::int64_t row = 0; row < loaded.targets.size(0); ++row)
        if (label[row] < -1 || label[row] >= std::int64_t(loaded.info.classes.size()))
            return base::Error{base::ErrorKind::Data,
                               "label " + std::to_string(label[row]) + " of row " + std::to_string(row) +
                                   " is out of range: there are " + std::to_string(loaded.info.classes.size()) +
                                   " classes",
                               loaded.where.empty() ? loaded.info.name : loaded.where, "Correct the label"};
    return {};
}

base::Status enoughOfEach(const Loaded& loaded)
{
    if (loaded.fewestOfClass == 0)
        return {};
    std::vector<std::int64_t> rows;
    for (std::int64_t row = 0; row < loaded.targets.size(0); ++row)
        if (std::size_t(row) >= loaded.dropped.size() || !loaded.dropped[std::size_t(row)])
            rows.push_back(row);
    const std::vector<std::int64_t> counts = countClasses(loaded, rows);
    std::string has;
    bool few = counts.size() < 2;
    for (std::size_t c = 0; c < counts.size(); ++c) {
        has += (c ? ", class " : "class ") + loaded.info.classes[c] + " has " + std::to_string(counts[c]) +
               (counts[c] == 1 ? " point" : " points");
        few = few || counts[c] < loaded.fewestOfClass;
    }
    if (!few)
        return {};
    return base::Error{base::ErrorKind::Data,
                       "too few points to learn from: " + (has.empty() ? "there is none yet" : has), "/data/edits",
                       "Paint at least " + std::to_string(loaded.fewestOfClass) +
                           " points of each class, and of two classes at least"};
}

std::vector<Problem> smallClasses(const Loaded& loaded, const std::array<std::vector<std::int64_t>, 3>& parts,
                                  std::int64_t folds)
{
    std::vector<Problem> problems;
    const std::vector<std::int64_t> learned = countClasses(loaded, parts[0]), looked = countClasses(loaded, parts[1]);
    for (std::size_t c = 0; c < learned.size(); ++c)
        if (const std::int64_t rows = learned[c] + looked[c]; rows > 0 && rows < folds)
            problems.push_back({.kind = "fewer_than_folds",
                                .column = loaded.info.target,
                                .rows = {},
                                .count = rows,
                                .message = "class \"" + loaded.info.classes[c] + "\" has " + std::to_string(rows) +
                                           (rows == 1 ? " row" : " rows") + " for " + std::to_string(folds) +
                                           " folds: some validate without it",
                                .remedy = "Use fewer folds, or collect more rows of that class",
                                .effect = "The figures of folds without the class say nothing of it"});
    return problems;
}

}
