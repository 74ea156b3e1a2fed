// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench.h"

#include "core/base/json.h"
#include "core/session/inspect.h"
#include "tests/bench/plot.h"
#include "tests/bench/record.h"
#include "tests/bench/resume.h"
#include "tests/bench/samplers.h"

#include <iostream>

namespace {

void print(const std::string& name, const core::base::Object& figures, bool json)
{
    if (json) {
        std::cout << core::base::writeJson(figures, 2) << std::endl;
        return;
    }
    std::cout << name << "\n";
    for (const auto& [key, value] : figures)
        std::cout << "  " << key << "  " << core::base::writeJson(value) << "\n";
}

}

int main(int argc, char** argv)
{
    core::session::prepareProcess(argc, argv);
    std::string wanted;
    bool json = false;
    bench::SamplersAsked asked;
    for (int i = 1; i < argc; ++i)
        if (std::string_view(argv[i]) == "--json")
            json = true;
        else if (std::string_view(argv[i]) == "--only" && i + 1 < argc)
            asked.only.push_back(argv[++i]);
        else if (std::string_view(argv[i]) == "--peer-file" && i + 1 < argc)
            asked.peerFile = argv[++i];
        else
            wanted = argv[i];
    const std::vector<bench::Benchmark> all{
        {"step-mlp", "2-16-16-2, tanh, batch 32, AdamW, one thread, all scalars recorded", bench::stepMlp},
        {"step-cnn", "two convolutions on 28x28, batch 64, all scalars recorded", bench::stepCnn},
        {"step-resnet", "ResNet-18 on 32x32, batch 64", bench::stepResnet},
        {"step-lstm", "LSTM of 128 over 28 steps, batch 64", bench::stepLstm},
        {"step-transformer", "two transformer layers over 28 steps, batch 64", bench::stepTransformer},
        {"ddp", "step-cnn on two ranks against one, and what one rank costs under DDP", bench::ddp},
        {"resume", "a killed job's way back to its next step, against the start of its process", bench::resume},
        {"loader", "batches of 64 pictures: cropped, flipped, turned, normalized", bench::loader},
        {"stream", "training on streamed rows beside rows in memory", bench::stream},
        {"smote", "new rows for the rare class of 100,000", bench::smote},
        {"csv", "megabytes a second of a CSV file of numbers, on one core, into typed columns", bench::csv},
        {"jpeg", "a folder of 224x224 JPEG files: decoded, cropped and resized, flipped, normalized, on one core",
         bench::jpeg},
        {"boost", "rounds of boosted trees, all scalars recorded, against a bare loop of XGBoost", bench::boost},
        {"metrics", "an evaluation with metrics and without, and against scikit-learn on the same scores",
         bench::metrics},
        {"start", "the window's first paint", bench::start},
        {"window", "how long the window is held up, page by page, over much data", bench::window},
        {"keyframe", "the share of a training that keyframes take", bench::keyframe},
        {"seek", "going back to any of 10,000 steps", bench::seek},
        {"capture", "statistics of every weight and gradient at every step", bench::capture},
        {"histograms", "histograms of every layer's weights, gradients, updates and outputs at every tenth step",
         bench::histograms},
        {"averaging", "what gradient accumulation and averaged weights (EMA) cost", bench::averaging},
        {"gpu", "small networks and ResNet-18 on a CUDA device, against eager PyTorch and torch.compile", bench::gpu},
        {"incremental", "what is forgotten of eight classes of Fashion-MNIST while two more are learned",
         bench::incremental},
        {"transfer", "two classes of 50 pictures each, from scratch and from eight others", bench::transfer},
        {"rules", "what the debugger's rules cost beside a training, and how fast they are over a recorded run",
         bench::rules},
        {"samplers", "what tuning's strategies find in 60 trials, and how long they think over 1,000, beside Optuna",
         [&] { return bench::samplers(asked); }},
        {"tune", "a study of 64 small networks beside Optuna with PyTorch, with as many workers", bench::tune},
        {"batched", "steps a second of 1, 8, 64 and 256 small networks on one thread, beside stacked ones in PyTorch",
         bench::batched},
        {"profile", "what the profiler costs the steps of a small network and of a CNN", bench::profile},
    };
    if (wanted == "record")
        return runRecordBench(json);
    if (wanted == "plot")
        return runPlotBench(json);
    for (const bench::Benchmark& one : all)
        if (one.name == wanted) {
            const auto figures = one.run();
            if (!figures) {
                std::cerr << "descent-bench: " << core::base::describe(figures.error()) << std::endl;
                return core::base::exitCode(figures.error().kind);
            }
            print(wanted, *figures, json);
            return 0;
        }
    std::cerr << "descent-bench NAME [--json]\n"
                 "descent-bench samplers [--only STRATEGY or PROBLEM]... [--peer-file FILE of Optuna's figures]\n";
    for (const bench::Benchmark& one : all)
        std::cerr << "  " << one.name << "  " << one.help << "\n";
    std::cerr << "  record  scalars into the journal and run.h5\n  plot  ten curves of ten million points\n";
    return wanted.empty() ? 0 : 2;
}
