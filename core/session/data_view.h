// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/suggest.h"
#include "core/session/inspect.h"

#include <memory>
#include <optional>

namespace core::session {

enum class CellKind { Number, Time, Text };
enum class CellRole { Feature, Target, Time, Group, Unused };

/// What one column of the rows is like.
struct ColumnHead {
    std::string name;
    CellKind kind = CellKind::Number;
    CellRole role = CellRole::Feature;
    std::int64_t missing = 0, distinct = 0;
    double min = 0, max = 0, mean = 0, std = 0;              ///< of numbers; of times seconds since 1970
    std::vector<std::int64_t> histogram;                     ///< numbers and times: 20 bins from min to max
    std::vector<std::pair<std::string, std::int64_t>> words; ///< texts: the most frequent, and how often
};

/// Which rows, and in which order.
struct RowQuery {
    std::string filter; ///< as data::RowFilter reads it
    int sortBy = -1;    ///< column; −1: as they stand
    bool descending = false;
    std::optional<data::SplitName> part;

    bool operator==(const RowQuery&) const = default;
};

/// A sample as it can be drawn or played.
struct Look {
    data::Modality modality = data::Modality::Table;
    std::int64_t row = 0;
    int part = 3; ///< 0 train, 1 validation, 2 test, 3 none
    double target = 0;
    std::string label; ///< the target as a person says it; empty if there is none
    std::string text;
    std::vector<std::string> tokens; ///< of a text as a row of tokens: what a network is given of it
    std::string where;               ///< its file
    std::vector<float> values;       ///< a table's row, a series, a waveform: row-major
    std::vector<std::int64_t> shape; ///< of `values`
    double rate = 0;                 ///< of a waveform, frames a second
    std::vector<float> spectrogram;  ///< of a waveform: [mels · frames], lowest pitch first
    std::int64_t mels = 0;
    std::int64_t width = 0, height = 0, channels = 0;
    std::vector<std::uint8_t> pixels; ///< images: row-major, channels last
    struct Box {
        float left = 0, top = 0, right = 0, bottom = 0;
        std::string label;
    };
    std::vector<Box> boxes;
    std::vector<std::uint8_t> mask; ///< [height, width]
};

/// One value of a long line, in a bin of rows that stand side by side in time.
struct TimeBin {
    double time = 0; ///< seconds since 1970, or the number of the row
    double low = 0, high = 0, mean = 0;
    int part = 3;
};

/// A data set that is looked at: opened once, then asked by any thread. Nothing in it changes.
class DataView {
public:
    /// Opens the data as `data --json` does. `cache`: see data::SourceCache; for one thread at a time.
    class Cache;
    static base::Result<std::shared_ptr<const DataView>> open(const base::Value& resolved,
                                                              const std::shared_ptr<Cache>& cache = {});
    static std::shared_ptr<Cache> makeCache();
    ~DataView();

    const data::DatasetInfo& info() const;
    const std::vector<data::Problem>& problems() const;
    const std::string& splitKind() const;
    std::int64_t folds() const;
    /// How these rows are best divided, and why.
    data::SplitAdvice advice() const;
    std::array<std::int64_t, 3> splitRows() const;
    std::array<std::vector<std::int64_t>, 3> classCounts() const;
    /// Those of the columns: of a forecast from a table its steps, which edits are of too.
    std::int64_t rows() const;
    /// Whether rows() are the steps of series and samples are cut from them.
    bool inSteps() const;
    /// Whether the rows are those that edits count.
    bool editable() const;
    /// Whether all rows are painted by hand, so that there may be none yet.
    bool canvas() const;
    /// The sample that a row is, or of a step the one that foretells it first; −1 if there is none.
    std::int64_t sampleOf(std::int64_t row) const;

    const std::vector<ColumnHead>& columns() const;
    /// As a person would write it; empty where nothing is.
    std::string cell(std::int64_t row, std::size_t column) const;
    bool missing(std::int64_t row, std::size_t column) const;
    double number(std::int64_t row, std::size_t column) const;
    /// 0 train, 1 validation, 2 test; 3 for a row that is left out, or a step that no sample foretells.
    int part(std::int64_t row) const;
    /// An error says what is wrong at which character of the filter.
    base::Result<std::vector<std::int64_t>> select(const RowQuery& query) const;
    /// Samples of the training part, every class in turn.
    std::vector<std::int64_t> spread(std::size_t wanted) const;

    base::Result<Look> look(std::int64_t sample) const;
    /// The same as an epoch would see it; another `draw`, another epoch.
    base::Result<Look> augmented(std::int64_t sample, std::int64_t draw) const;
    /// Of a data set with two features: every row as a point.
    std::vector<Point> points() const;

    /// Pearson's r of every two columns of numbers, NaN where one is constant: [k · k], and which columns.
    struct Correlations {
        std::vector<std::size_t> columns;
        std::vector<double> values;
    };
    Correlations correlations() const;
    /// The share of missing cells in `bins` stretches of rows, column by column: [columns · bins].
    std::vector<double> missingMap(std::size_t bins) const;
    /// A column of numbers along the times, or along the rows, in `bins`.
    std::vector<TimeBin> timeLine(std::size_t column, std::size_t bins) const;
    /// Words in each text of a sample of the training rows.
    std::vector<std::int64_t> textLengths(std::size_t most) const;

private:
    class Work;
    explicit DataView(std::unique_ptr<Work> work);
    std::unique_ptr<Work> m_work;
};

}
