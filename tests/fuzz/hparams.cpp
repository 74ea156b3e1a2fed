// SPDX-License-Identifier: GPL-3.0-or-later
// Two folders of a log, `a` and `b`, from records that each begin with two bytes: the folder in the highest bit, and
// the length. Their sums are right, since few inputs would pass those.
#include "core/tune/hparams.h"
#include "core/base/tf_record.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/temp_folder.h"

#include <array>

using namespace core;

namespace {

const std::filesystem::path& logFolder()
{
    static const tests::TempFolder folder;
    for (const char* session : {"a", "b"})
        std::filesystem::create_directories(folder.path() / session);
    return folder.path();
}

}

FUZZ(bytes)
{
    std::array<std::string, 2> files;
    while (bytes.size() >= 2) {
        const auto first = std::uint8_t(bytes[0]);
        const std::size_t length = std::size_t(first & 127) << 8 | std::uint8_t(bytes[1]);
        const std::string_view content = bytes.substr(2, length);
        base::appendTfRecord(files[first >> 7], content);
        bytes.remove_prefix(2 + content.size());
    }
    static const std::filesystem::path& folder = logFolder();
    std::ofstream(folder / "a/events.tfevents", std::ios::binary) << files[0];
    std::ofstream(folder / "b/events.tfevents", std::ios::binary) << files[1];
    for (const char* goal : {"", "maximize"}) {
        const auto study = tune::readHParams(folder, goal);
        if (!study) {
            fuzz::promise(!study.error().message.empty());
            continue;
        }
        fuzz::promise(!study->spec.objective.empty() && !study->trials.empty() && study->trials.size() <= 2);
        for (const tune::Trial& trial : study->trials) {
            fuzz::promise(trial.source == "import" && trial.state != tune::TrialState::Running);
            fuzz::promise(trial.state != tune::TrialState::Completed ||
                          trial.values.size() == study->spec.objective.size());
        }
        tune::StudyState state;
        state.name = study->name;
        state.spec = study->spec;
        state.trials = study->trials;
        for (const tune::EventFile& file : tune::hparamsOf(state))
            fuzz::promise(bool(base::readTfRecords(file.bytes, file.path, [](std::string_view) { return true; })));
    }
}
