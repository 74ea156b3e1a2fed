// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/pipeline_trace.h"

#include "core/base/files.h"
#include "core/base/json.h"

namespace core::debug {

using base::Value;

base::Result<PipelineTrace> pipelineOf(const std::filesystem::path& run)
{
    const std::filesystem::path file = run / "pipeline.json";
    PipelineTrace trace;
    std::error_code none;
    if (!std::filesystem::exists(file, none))
        return trace;
    CORE_TRY(text, base::readFile(file));
    CORE_TRY(told, base::parseJson(text));
    const auto wrong = [&](const std::string& what) {
        return base::Error{base::ErrorKind::Data, what, file.string(), "Train the run again: it is written anew"};
    };
    trace.schedule = told["schedule"].text();
    trace.microBatches = told["micro_batches"].toInt();
    trace.stages = told["stages"].toInt();
    trace.step = told["step"].toInt();
    trace.seconds = told["seconds"].toReal();
    trace.idleShare = told["idle_share"].toReal();
    trace.idealIdleShare = told["ideal_idle_share"].toReal();
    if (trace.stages < 1 || trace.microBatches < 1 || !(trace.seconds > 0))
        return wrong("says nothing of stages, micro-batches and seconds");
    const auto within = [&](std::int64_t stage) { return stage >= 0 && stage < trace.stages; };
    for (const Value& block : told["blocks"].array()) {
        trace.blocks.push_back({block["name"].text(), block["type"].text(), block["stage"].toInt()});
        if (!within(trace.blocks.back().stage))
            return wrong("a block stands in a stage that there is not");
    }
    trace.parameters.resize(std::size_t(trace.stages));
    for (const Value& memory : told["memory"].array())
        if (within(memory["stage"].toInt()))
            trace.parameters[std::size_t(memory["stage"].toInt())] = memory["parameters"].toInt();
    for (const Value& work : told["work"].array()) {
        const PipelineTrace::Work one{work["stage"].toInt(), work["part"].toInt(), work["backward"].toBool(),
                                      work["begin"].toReal(), work["end"].toReal()};
        if (!within(one.stage) || !(one.begin >= 0 && one.end >= one.begin))
            return wrong("a piece of work ends before it begins, or in a stage that there is not");
        trace.work.push_back(one);
    }
    return trace;
}

}
