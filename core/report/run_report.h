// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/causes.h"
#include "core/debug/fix.h"
#include "core/debug/profile_report.h"
#include "core/report/document.h"
#include "core/report/scores.h"
#include "core/store/run_tree.h"

#include <array>
#include <optional>

namespace core::report {

struct Setting {
    std::string path;
    base::Value value, usual; ///< usual: what it is by default
    bool changed = false;
    std::string unit = {};
};

/// A branch that was grown from the run, and what came of it.
struct Tried {
    std::string run, label; ///< label: of the fix that it is; empty: some other change
    std::int64_t step = 0;
    debug::Changes changes;
    std::string verdict; ///< one sentence; empty: they cannot be compared yet
    int better = 0;      ///< 1 better, −1 worse, 0 neither
};

/// A rule that watched the run.
struct Watched {
    std::string name, rule, state, details;
    base::Value parameters = base::Object{};
    bool ours = false;
    std::int64_t fired = 0;
    std::optional<events::Finding> first = {};
    std::int64_t last = -1; ///< the last step at which it fired
    std::string why = {};
    std::vector<debug::RankedCause> causes = {}; ///< the likeliest first
    std::vector<debug::Offer> fixes = {};
    std::vector<Tried> tried = {};
};

struct DataFacts {
    std::string source, task, modality, target, splitKind;
    std::int64_t features = 0;
    std::array<std::int64_t, 3> rows{}; ///< train, validation, test
    std::vector<std::string> classes;
    std::array<std::vector<std::int64_t>, 3> classRows{};
    Histogram targets; ///< of numbers; without counts: not known
    struct Problem {
        std::string kind, column, message, remedy;
    };
    std::vector<Problem> problems;
    std::string unread; ///< why the data could not be looked at; then only what the run recorded is known
};

struct ModelFacts {
    struct Layer {
        std::string name, type, text;
        std::vector<std::int64_t> shape;
        std::int64_t parameters = 0;
    };
    std::string kind;
    std::vector<std::int64_t> inputShape;
    std::vector<Layer> layers;
    std::int64_t parameters = 0, trainable = -1, rounds = 0; ///< rounds: of trees
};

/// What splits gain, by the kind of importance: names and figures, the largest first.
struct Importance {
    std::string kind;
    std::vector<std::pair<std::string, double>> features;
};

/// All that is known of a run, for its report.
struct RunReport {
    store::RunRecord record;
    store::RunSummary summary;
    std::vector<Setting> settings;
    std::vector<Watched> rules;
    std::vector<Tried> branches; ///< that are the try of no fix
    std::optional<debug::ProfileReport> profile;
    DataFacts data;
    ModelFacts model;
    Scores scores;        ///< empty: nothing was predicted
    std::string noScores; ///< why
    std::vector<Importance> importance;
    std::vector<store::TreeNode> family;
    base::Value certificate; ///< as the run keeps it; null: none
    double optimism = 0;     ///< see session::optimismOf()
    double written = 0;      ///< seconds since the epoch

    bool trees() const { return model.kind == "xgboost"; }
};

Document documentOf(const RunReport& report);
/// CreateXgboostReport's own page: its sections alone.
Document treesDocumentOf(const RunReport& report);
base::Value toValue(const RunReport& report);
/// A few lines for a terminal.
std::string summaryOf(const RunReport& report);

}
