// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/data_fields.h"
#include "core/spec/experiment.h"
#include "core/spec/schedule_common.h"

namespace core::spec {

static const base::Fields<CaptureSpec>& captureFields();

}

template <>
struct core::base::Codec<core::spec::CaptureSpec> {
    static Value write(const spec::CaptureSpec& v) { return spec::captureFields().write(v); }
    static spec::CaptureSpec read(const Value& v) { return spec::captureFields().read(v); }
};

namespace core::spec {

using namespace base;

namespace {

constexpr const char* networks = "networks";

Fields<EarlyStoppingSpec> earlyStoppingFields()
{
    return Fields<EarlyStoppingSpec>{}
        .add("metric", &EarlyStoppingSpec::metric, Text{},
             {"The figure that is watched, such as validation/loss or validation/accuracy."}, {.live = true})
        .add("mode", &EarlyStoppingSpec::mode, Choice{{"auto", "min", "max"}},
             {"Whether smaller or larger is better. auto knows it from the metric."}, {.live = true})
        .add("patience", &EarlyStoppingSpec::patience, Int{1, 100000},
             {"Epochs without an improvement before the run stops. It is a hyperparameter itself.",
              {},
              "Stops at the first bad luck of a noisy curve.",
              "Trains long after the best epoch."},
             {.unit = "epochs", .tunable = true, .live = true})
        .add("min_delta", &EarlyStoppingSpec::minDelta, Real{0},
             {"How much better counts as better.", "improved: value < best − min_delta"}, {.live = true})
        .add("start_epoch", &EarlyStoppingSpec::startEpoch, Int{0}, {"Epochs before counting begins."},
             {.unit = "epochs", .live = true})
        .add("restore_best", &EarlyStoppingSpec::restoreBest, Flag{},
             {"Ends with the weights of the best epoch, not of the last."}, {.live = true});
}

Fields<CheckpointSpec> checkpointFields()
{
    return Fields<CheckpointSpec>{}
        .add("every_steps", &CheckpointSpec::everySteps, Int{1},
             {"Steps between two checkpoints; each is on the disk before the next step. Empty: by time alone, written "
              "beside "
              "the training."},
             {.unit = "steps", .nullWord = "by time"})
        .add("every_seconds", &CheckpointSpec::everySeconds, Real{.min = 0, .aboveMin = true},
             {"Seconds between two checkpoints; what a kill can cost at most.",
              {},
              "Writing takes a share of the time.",
              "More to do again after a kill."},
             {.unit = "s"})
        .add("keep", &CheckpointSpec::keep, Int{2, 10000}, {"How many of the newest are kept; the best stays besides."})
        .add("keyframes_mb", &CheckpointSpec::keyframesMb, Int{0, 1 << 20},
             {"Room on the disk for keyframes: states between the checkpoints that let you go back to any step. They "
              "are "
              "thinned so that they fit. 0: none; going back then trains again from the start.",
              {},
              "Going back to a step takes longer.",
              "The run takes more of the disk."},
             {.unit = "MB"});
}

Fields<EmaSpec> emaFields()
{
    return Fields<EmaSpec>{}
        .add("decay", &EmaSpec::decay, Real{.min = 0, .max = 1, .belowMax = true},
             {"How slowly the average forgets: about update_every / (1 − decay) steps.",
              "average ← decay · average + (1 − decay) · w", "Hardly an average: it shakes as the weights do.",
              "It still holds weights from before anything was learned."},
             {.tunable = true, .live = true})
        .add("update_every", &EmaSpec::updateEvery, Int{1, 1'000'000},
             {"Steps from one update of the average to the next."}, {.unit = "steps", .live = true})
        .add("start_step", &EmaSpec::startStep, Int{0},
             {"Steps before averaging begins, with the weights that there are then."}, {.unit = "steps", .live = true});
}

Fields<SwaSpec> swaFields()
{
    return Fields<SwaSpec>{}
        .add("start_epoch", &SwaSpec::startEpoch, Int{0},
             {"The epoch, counted from 0, at whose end averaging begins and from which on the rate is swa_lr's. Empty: "
              "after three quarters of the run.",
              {},
              "Averages weights that have not learned yet.",
              "Too few weights are averaged."},
             {.unit = "epochs", .live = true, .nullWord = "auto"})
        .add("swa_lr", &SwaSpec::swaLr, Real{.min = 0, .aboveMin = true, .log = true},
             {"The rate that the schedule gives way to; it stays, so that the weights wander about the minimum that is "
              "averaged. Empty: half of lr.",
              {},
              "All the averaged weights are the same.",
              "The weights leave the minimum."},
             {.tunable = true, .live = true, .nullWord = "auto"})
        .add("anneal_epochs", &SwaSpec::annealEpochs, Int{0, 100000},
             {"Epochs in which the rate goes over from the schedule's to swa_lr."}, {.unit = "epochs", .live = true})
        .add("anneal_strategy", &SwaSpec::annealStrategy, Choice{{"cos", "linear"}},
             {"Along half a cosine or in a line."}, {.live = true});
}

Fields<IncrementalSpec> incrementalFields()
{
    return Fields<IncrementalSpec>{}
        .add("old", &IncrementalSpec::old, Path{},
             {"What was learned before: a run, an experiment file, or a file of rows. Its validation rows tell after "
              "every epoch how much is forgotten; a run gives the weights too, unless model.initialize_from does. "
              "Empty: the old rows are gone, and nothing is told of them.",
              "forgetting = accuracy at the start − accuracy now (Chaudhry et al. 2018)"})
        .add("classes", &IncrementalSpec::classes, listOf(Text{}),
             {"The old task's classes in the order of the outputs. Empty: as old says. New classes are numbered after "
              "them, and the last layer grows by an output for each."})
        .add("remedy", &IncrementalSpec::remedy, OneOf{"remedies"}, {"What is done against forgetting."},
             {.tunable = true});
}

Fields<UnfreezeSpec> unfreezeFields()
{
    return Fields<UnfreezeSpec>{}
        .add("every_epochs", &UnfreezeSpec::everyEpochs, Int{1, 100'000},
             {"Epochs from one block that thaws to the next below it.",
              {},
              "Low blocks move before the head has learned.",
              "The run ends before they thaw."},
             {.unit = "epochs", .live = true})
        .add(
            "at_epochs", &UnfreezeSpec::atEpochs, listOf(Int{0, 1'000'000}),
            {"At the beginning of each of these epochs, counted from 0, one more block thaws. Empty: by every_epochs."},
            {.unit = "epochs", .live = true})
        .add("rate_factor", &UnfreezeSpec::rateFactor, Real{.min = 0, .max = 1, .aboveMin = true},
             {"Each block that thaws learns at this share of the rate of the one that thawed before it; ULMFiT takes "
              "1 / 2.6.",
              "lr · rate_factor^k for the k-th", "Low blocks hardly move.", "1: all learn at the same rate."},
             {.tunable = true, .live = true});
}

Fields<TrainSpec> trainFields()
{
    return Fields<TrainSpec>{}
        .add("epochs", &TrainSpec::epochs, Int{1, 1'000'000},
             {"How often all training rows are seen.", "steps = epochs · ⌈rows / batch_size⌉",
              "The curves are still falling at the end.",
              "Training loss falls on while validation loss rises: overfitting."},
             {.unit = "epochs", .tunable = true, .live = true})
        .add("steps", &TrainSpec::steps, Int{1},
             {"Ends after so many optimizer steps, whatever the epochs say. Empty: by epochs."},
             {.unit = "steps", .nullWord = "by epochs"})
        .add("batch_size", &TrainSpec::batchSize, Int{1, 1 << 24, true},
             {"Rows in a step. full is plain gradient descent, 1 is stochastic, between them mini-batch.",
              {},
              "Noisy gradients: the loss shakes, epochs take long.",
              "Smooth gradients, fewer steps an epoch; may generalize worse at the same rate."},
             {.unit = "rows", .words = {"full"}, .tunable = true, .live = true, .onlyFor = networks})
        .add("accumulate", &TrainSpec::accumulate, Int{1, 100000},
             {"Batches whose gradients are averaged before one optimizer step: a large batch in little memory.",
              "rows a step = batch_size · accumulate"},
             {.unit = "batches", .live = true, .onlyFor = networks})
        .add("drop_last", &TrainSpec::dropLast, Flag{}, {"Leaves out the last batch of an epoch if it is not full."},
             {.onlyFor = networks})
        .add("loss", &TrainSpec::loss, OneOf{"losses"},
             {"What training makes small. Empty: cross_entropy for classes, mse for numbers, triplet for embeddings."},
             {.live = true, .nullWord = "auto", .onlyFor = networks})
        .add("metrics", &TrainSpec::metrics, listOf(OneOf{"metrics"}),
             {"What is told of the validation rows after each epoch, besides the loss. Empty: what is usual for the "
              "task, such as accuracy and F1 of classes, mean absolute error and R² of numbers."})
        .add("optimizer", &TrainSpec::optimizer, OneOf{"optim"}, {"How gradients move the weights."},
             {.tunable = true, .onlyFor = networks})
        .add("schedule", &TrainSpec::schedule, OneOf{"schedules", scheduleCommon()},
             {"How the learning rate changes over the run."}, {.tunable = true, .live = true})
        .add("decay_norms_and_biases", &TrainSpec::decayNormsAndBiases, Flag{},
             {"Whether the optimizer's weight_decay pulls at biases and norm layers too, as it does in PyTorch unless "
              "one makes groups. Most recipes leave them out: they cannot overfit much, and norms pulled to zero "
              "weaken their layer."},
             {.tunable = true, .live = true, .onlyFor = networks})
        .add("layer_decay", &TrainSpec::layerDecay, Real{.min = 0, .max = 1, .aboveMin = true},
             {"Lower layers learn slower: each layer's rate is this share of the one above it, the top's is lr. For "
              "fine-tuning, where low layers know most already.",
              "lr · layer_decay^(layers above it)", "Low layers stay as they are.",
              "1: all layers learn at the same rate."},
             {.tunable = true, .live = true, .onlyFor = networks})
        .group("unfreeze", &TrainSpec::unfreeze, unfreezeFields(),
               {"Gradual unfreezing: what model.freeze froze thaws block by block from the top while training goes on, "
                "so that the new head learns before what lies below it moves. Off: it stays frozen."},
               {.live = true, .onlyFor = networks})
        .add("l1", &TrainSpec::l1, Real{.min = 0, .log = true},
             {"Penalty on the size of the weights, which drives small ones to zero. Biases and norm layers are left "
              "out.",
              "loss + l1 · Σ|w|",
              {},
              "Weights die; training loss stays high."},
             {.tunable = true, .live = true, .onlyFor = networks})
        .add("l2", &TrainSpec::l2, Real{.min = 0, .log = true},
             {"Penalty on the squares of the weights. Biases and norm layers are left out. Equal to weight decay for "
              "plain SGD only.",
              "loss + ½ · l2 · Σw²",
              {},
              "The network cannot bend enough: both losses stay high."},
             {.tunable = true, .live = true, .onlyFor = networks})
        .add("max_norm", &TrainSpec::maxNorm, Real{.min = 0, .aboveMin = true, .log = true},
             {"After each step, the weights that lead into a neuron or filter are shortened to this length. Goes well "
              "with dropout and large rates. Empty: off.",
              "w ← w · min(1, c / ‖w‖)", "Neurons cannot get loud enough: both losses stay high.",
              "Never reached: nothing changes."},
             {.tunable = true, .live = true, .onlyFor = networks})
        .add("clip_grad_norm", &TrainSpec::clipGradNorm, Real{.min = 0, .aboveMin = true, .log = true},
             {"Shortens the gradient of all weights together to this length. Empty: off.",
              "g ← g · min(1, c / (‖g‖ + 1e-6))", "Every step is cut short: slow.",
              "Never reached: no protection from jumps."},
             {.tunable = true, .live = true, .onlyFor = networks})
        .add("clip_grad_value", &TrainSpec::clipGradValue, Real{.min = 0, .aboveMin = true, .log = true},
             {"Cuts every element of the gradient to ± this. Empty: off."},
             {.tunable = true, .live = true, .onlyFor = networks})
        .group("ema", &TrainSpec::ema, emaFields(),
               {"Keeps an exponential moving average of the weights beside those that train. Evaluation, surfaces, "
                "exports and predict use the average; train/* and the weights' pictures are of the weights that train. "
                "Batch norm's statistics are those of the training weights."},
               {.onlyFor = networks})
        .group(
            "swa", &TrainSpec::swa, swaFields(),
            {"Stochastic weight averaging: from start_epoch on the rate goes over to a constant one, and the weights "
             "at the end of every epoch are averaged. Evaluation, surfaces, exports and predict use the average; "
             "batch norm's statistics are estimated for it anew, which costs a forward pass over the training rows "
             "an epoch.",
             "average ← average + (w − average) / (n + 1)"},
            {.onlyFor = networks})
        .group("incremental", &TrainSpec::incremental, incrementalFields(),
               {"Goes on from weights that an older task taught, on new rows. What is learned last writes over what "
                "was there: the forgetting meter tells how much, and a remedy keeps some of it."},
               {.onlyFor = networks})
        .group("early_stopping", &TrainSpec::earlyStopping, earlyStoppingFields(),
               {"Stops when the watched figure has not improved for `patience` epochs, and goes back to the best "
                "weights. Off unless asked for."},
               {.live = true})
        .group("checkpoint", &TrainSpec::checkpoint, checkpointFields(),
               {"What is kept so that nothing is lost and every step can be gone back to."})
        .add("precision", &TrainSpec::precision, Choice{{"32-true", "bf16-mixed", "16-mixed"}},
             {"In which numbers products of matrices and convolutions are computed; weights and sums stay float32. "
              "bf16-mixed: the range of float32 with 3 digits. 16-mixed: 4 digits in a small range, so the loss is "
              "scaled. Faster and smaller where the processor or the GPU has units for it, slower elsewhere."})
        .add("memory_format", &TrainSpec::memoryFormat, Choice{{"auto", "contiguous", "channels_last"}},
             {"In which order the numbers of pictures stand in memory. contiguous: one channel after the other. "
              "channels_last: all channels of a pixel side by side, which the units for halves of a GPU want and the "
              "processor's convolutions run about twice as fast with. auto: channels_last on the processor, and on a "
              "GPU under mixed precision. Changes the last bits, no more."},
             {.onlyFor = networks})
        .add(
            "gradient_checkpointing", &TrainSpec::gradientCheckpointing, Int{0, 1024},
            {"Into how many parts the network is cut, of which only the inputs are kept for the backward pass; what is "
             "inside them is computed once more when it is needed. 0: everything is kept. About √layers parts "
             "need the least memory; a step costs one more forward pass, about a third. Gives the same bits.",
             "memory ≈ inputs of the parts + one part's layers, instead of all layers"},
            {.unit = "parts", .onlyFor = networks})
        .add("threads", &TrainSpec::threads, Int{1, 1024},
             {"Processor threads for each operation. auto measures on scratch tensors before the first step. The "
              "number changes the last bits, so it is recorded."},
             {.words = {"auto"}})
        .add("seed", &TrainSpec::seed, Int{0},
             {"Decides first weights, order, augmentation and dropout: the same seed, the same run."})
        .add("shuffle", &TrainSpec::shuffle, Flag{}, {"Draws a new order of the rows for every epoch."},
             {.onlyFor = networks})
        .add("deterministic", &TrainSpec::deterministic, Flag{}, {"Uses only operations that repeat bit for bit."},
             {.onlyFor = networks});
}

std::shared_ptr<const Schema> profilerRuleCommon()
{
    return std::make_shared<const Schema>(Schema{{Field{
        "enabled", Flag{}, true, {"Whether it watches; what is not named here does."}, {}, {}, false, false, true}}});
}

Fields<ProfilerSpec> profilerFields()
{
    return Fields<ProfilerSpec>{}
        .add("enabled", &ProfilerSpec::enabled, Flag{},
             {"Measures where the time of every step goes and how busy the machine is. It costs less than a hundredth "
              "of the time."},
             {.live = true})
        .add("interval_ms", &ProfilerSpec::intervalMs, Int{100, 60'000},
             {"From one look at the machine to the next: processor, memory, disk, network, GPU.",
              {},
              "Many samples, which take room in the run.",
              "Short stalls are not seen."},
             {.unit = "ms", .live = true})
        .add("layer_every", &ProfilerSpec::layerEvery, Int{0, 1'000'000'000},
             {"Every so many steps one is timed layer by layer. 0: never. A network in one kernel (fused) has layers "
              "only "
              "where operators compute it: it is looked at a tenth as often.",
              {},
              "On a GPU such a step waits for the device after each layer.",
              "Changes are seen late."},
             {.unit = "steps", .live = true})
        .add("rules", &ProfilerSpec::rules, listOf(OneOf{"profile_rules", profilerRuleCommon(), {}, "rule"}),
             {"Rules with parameters of their own, such as {\"rule\": \"CPUBottleneck\", \"cpu_threshold\": 80}; "
              "enabled: false takes one out. Those that are not named here watch with their defaults."},
             {.live = true});
}

}

static const Fields<CaptureSpec>& captureFields()
{
    static const auto fields =
        Fields<CaptureSpec>{}
            .add("collection", &CaptureSpec::collection, Choice{collections()},
                 {"The tensors that are meant: weights, biases, gradients (before clipping), or all of these; what "
                  "updates add to the weights; of a step's first batch the layers' inputs and outputs (activations), "
                  "relu_output, relu_input, tanh_input and sigmoid_input of such layers alone; labels and predictions "
                  "of a step's rows; of boosted trees feature_importance and trees. losses and metrics are recorded "
                  "anyhow. Empty: those that the regex finds."},
                 {.live = true, .nullWord = "by regex"})
            .add("regex", &CaptureSpec::regex, Text{},
                 {"A regular expression that is found anywhere in the name, such as ^gradient/ or 0.weight. Gradients "
                  "are called gradient/ and the name of their weight."},
                 {.live = true})
            .add("save_interval", &CaptureSpec::saveInterval, Int{1, 1'000'000'000, true},
                 {"Every so many steps, those that it divides.",
                  {},
                  "Takes time and room on the disk.",
                  "What happens between two steps is not seen."},
                 {.unit = "steps", .live = true})
            .add("start_step", &CaptureSpec::startStep, Int{0}, {"The first step."}, {.unit = "steps", .live = true})
            .add("end_step", &CaptureSpec::endStep, Int{1}, {"The step before which it ends. Empty: with the run."},
                 {.unit = "steps", .live = true, .nullWord = "never"})
            .add("save_steps", &CaptureSpec::saveSteps, listOf(Int{0}), {"Single steps besides."}, {.live = true})
            .add("mode", &CaptureSpec::mode, Choice{{"TRAIN", "EVAL", "PREDICT", "GLOBAL"}},
                 {"Which steps count. TRAIN: the updates. EVAL: the evaluations, one an epoch; save_interval counts "
                  "them, and names begin with validation/. GLOBAL: both. PREDICT: predictions, of which a training "
                  "makes none."},
                 {.live = true})
            .add("reductions", &CaptureSpec::reductions, listOf(Text{}),
                 {"The statistics that are kept, such as mean, l2_norm, p95 or dead_share(1). Empty: min, max, mean, "
                  "std, abs_mean, abs_max, l2, and how many are zero, NaN, infinite and there at all."},
                 {.live = true})
            .add("histogram", &CaptureSpec::histogram, Flag{},
                 {"Keeps besides how the elements are spread: histograms over time, under /histograms.",
                  "equal parts from the least to the greatest element"},
                 {.live = true})
            .add("bins", &CaptureSpec::bins, Int{4, 256},
                 {"Parts of a histogram.",
                  {},
                  "Shapes with several peaks look like one.",
                  "Single elements show as spikes, and the file grows."},
                 {.live = true})
            .add("raw", &CaptureSpec::raw, Flag{},
                 {"Keeps the tensors themselves as well, under /raw: for other programs, and for rules whose "
                  "statistics get other parameters later. Takes 4 bytes an element at each step."},
                 {.live = true});
    return fields;
}

static Fields<LoraSpec> loraFields()
{
    return Fields<LoraSpec>{}
        .add("rank", &LoraSpec::rank, Int{1, 4096},
             {"Numbers that a change of a weight goes through. An adapter has rank · (inputs + outputs) parameters.",
              "W + alpha / rank · B · A", "The change is too simple for the new task.",
              "As many parameters as fine-tuning has, and few rows are learned by heart."},
             {.tunable = true})
        .add("alpha", &LoraSpec::alpha, Real{.min = 0, .aboveMin = true, .log = true},
             {"How much the adapters count; with alpha = rank they count once.", "scale = alpha / rank",
              "They learn slowly.", "The loss jumps, as with too large a rate."},
             {.tunable = true})
        .add("targets", &LoraSpec::targets, listOf(Text{}),
             {"The layers that get adapters, by name or pattern (layer4, *.conv2). Empty: all linear and "
              "convolutional layers but the head."});
}

const Fields<ModelSpec>& modelFields()
{
    static const auto fields =
        Fields<ModelSpec>{}
            .add("initialize_from", &ModelSpec::initializeFrom, Path{.orName = true},
                 {"Starts from weights that have learned already, instead of random ones: a model of the hub by its "
                  "name, a safetensors or .pth file, a checkpoint, or a run. Names and shapes must fit; where only "
                  "the number of classes differs, the head is new."})
            .add(
                "word_vectors", &ModelSpec::wordVectors, Path{},
                {"Of texts as tokens: a file of word vectors, GloVe's or word2vec's text form or word2vec's binary "
                 "one. Tokens that stand in it begin there, the others at random. Frozen, words that the training rows "
                 "do not have keep their place among the others."},
                {.onlyFor = networks})
            .add("last_layer", &ModelSpec::head, Choice{{"auto", "keep", "new"}},
                 {"The last layer of a network that starts from other weights. new: random, as without them. keep: "
                  "taken over. auto: new where the classes are others, by number or by name."},
                 {.onlyFor = networks})
            .add("freeze", &ModelSpec::freeze, Tree{},
                 {"Layers that stay as they are: no gradient, no decay, and batch norm keeps its statistics and works "
                  "as when evaluating. Dropout stays on. none; backbone: all but the head (feature extraction); a "
                  "number: so many blocks from the input; or a list of names and patterns (layer1, *.bn*).",
                  {},
                  "Few rows are learned by heart, and what was known is lost.",
                  "The new task cannot be learned with the old features."},
                 {.live = true, .onlyFor = networks})
            .group("lora", &ModelSpec::lora, loraFields(),
                   {"Low-rank adapters: all weights stay, and what is learned is a small change beside each, and the "
                    "head. Exports hold the sum under the plain names.",
                    "W + alpha / rank · B · A; A begins Kaiming-uniform, B as zeros"},
                   {.onlyFor = networks});
    return fields;
}

const Fields<Experiment>& experimentFields()
{
    static const auto fields =
        Fields<Experiment>{}
            .add("name", &Experiment::name, Text{},
                 {"What runs of this experiment are called. Empty: after the data and the model."})
            .group("data", &Experiment::data, dataFields(), {"What is learned from."})
            .group("split", &Experiment::split, splitFields(),
                   {"Which rows teach, which check, and which stay sealed."})
            .add("augment", &Experiment::augment, listOf(OneOf{"transforms"}),
                 {"Changes made to training rows only, in this order, new in every epoch. Of these an estimator "
                  "(boosted "
                  "trees) sees only what makes or leaves out rows, such as SMOTE."},
                 {.live = true})
            .add("model", &Experiment::model, OneOf{"models", std::make_shared<const Schema>(modelFields().schema())},
                 {"What learns: a network, or an estimator such as boosted trees."}, {.tunable = true})
            .group("train", &Experiment::train, trainFields(), {"How it learns."})
            .add("capture", &Experiment::capture,
                 listOf(Group{std::make_shared<const Schema>(captureFields().schema())}),
                 {"Statistics of weights and gradients, recorded while training: which tensors, at which steps, and "
                  "what "
                  "of them. None of it changes the training."},
                 {.live = true})
            .add("rules", &Experiment::rules, listOf(ruleDomain()),
                 {"What is looked for while it trains: each rule fires where its condition is met, and says why that "
                  "matters and what would cure it. None of it changes the training, unless an action stops it."},
                 {.live = true})
            .group("profiler", &Experiment::profiler, profilerFields(),
                   {"Watches the time and the machine. None of it changes the training."}, {.live = true})
            .group("distributed", &Experiment::distributed, distributedFields(),
                   {"One training on several devices or processes at once."}, {.onlyFor = networks});
    return fields;
}

}
