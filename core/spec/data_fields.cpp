// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/data_fields.h"

namespace core::spec {

using namespace base;

std::shared_ptr<const List> listOf(Domain items, std::size_t min, std::size_t max)
{
    return std::make_shared<const List>(List{std::move(items), min, max});
}

namespace {

Fields<ImageSpec> imageFields()
{
    return Fields<ImageSpec>{}
        .add("size", &ImageSpec::size, Int{1, 4096},
             {"Pictures are scaled until their shorter side has this length, then cut to a square around the middle. "
              "Empty: as they are, or 64 where their sizes differ.",
              {},
              "Details are lost.",
              "Every step costs more, by the square."},
             {.unit = "pixels", .nullWord = "as they are"})
        .add("channels", &ImageSpec::channels, Choice{{"auto", "grey", "rgb"}},
             {"Colour or not. auto: grey only if all pictures are."});
}

Fields<AudioSpec> audioFields()
{
    return Fields<AudioSpec>{}
        .add("sample_rate", &AudioSpec::sampleRate, Int{1'000, 192'000},
             {"Every recording is brought to this rate.", "highest pitch heard = sample_rate / 2",
              "Hissing sounds vanish.", "More to compute, nothing to hear."},
             {.unit = "Hz"})
        .add("seconds", &AudioSpec::seconds, Real{.min = 0, .max = 600, .aboveMin = true},
             {"Longer recordings are cut, shorter ones padded with silence. Empty: the longest."},
             {.unit = "s", .nullWord = "longest"})
        .add("n_fft", &AudioSpec::nFft, Int{16, 16'384},
             {"Frames of the window whose pitches are measured.", "resolution = sample_rate / n_fft Hz",
              "Pitches run into each other.", "Moments run into each other."},
             {.unit = "frames"})
        .add("hop_length", &AudioSpec::hopLength, Int{1, 16'384},
             {"Frames from one window to the next.",
              {},
              "Many columns that say nearly the same.",
              "Short sounds are missed."},
             {.unit = "frames"})
        .add("n_mels", &AudioSpec::nMels, Int{4, 512},
             {"Bands of pitch, spaced as the ear hears them.", "mel = 2595 · log₁₀(1 + Hz / 700)"}, {.unit = "bands"});
}

Fields<TextSpec> textFields()
{
    return Fields<TextSpec>{}
        .add("vocabulary", &TextSpec::vocabulary, Int{1, 1'000'000},
             {"So many of the words that are most frequent in the training rows are counted, the others ignored.",
              {},
              "Telling words are ignored.",
              "Rare words are learned by heart."},
             {.unit = "words"})
        .add("ngrams", &TextSpec::ngrams, Int{1, 5},
             {"Up to so many words that stand side by side are counted as one: 2 tells \"not good\" from \"good\"."},
             {.unit = "words"})
        .add("lowercase", &TextSpec::lowercase, Flag{}, {"Takes Word and word for the same."})
        .add("weighting", &TextSpec::weighting, Choice{{"counts", "binary", "tf_idf"}},
             {"What a word in a text counts: how often it is there, that it is there, or more the rarer it is "
              "elsewhere, "
              "each text brought to length 1.",
              "tf_idf: count · (ln((1 + n) / (1 + df)) + 1)"});
}

Fields<TokensSpec> tokenFields()
{
    return Fields<TokensSpec>{}
        .add("kind", &TokensSpec::kind, Choice{{"word", "whitespace", "character", "bpe"}},
             {"What a token is. word: letters and digits in a row, and each other sign by itself. whitespace: what "
              "stands "
              "between spaces. character: each sign. bpe: pieces of words, made by joining the pair of pieces that "
              "stands side by side most often, again and again (Sennrich et al. 2016), so that hardly any word is "
              "unknown."})
        .add("vocabulary", &TokensSpec::vocabulary, Int{3, 1'000'000},
             {"So many different tokens there are at most, <pad> and <unk> among them; of the training rows' those "
              "that are most frequent.",
              {},
              "Telling words become <unk>; bpe cuts them into small pieces.",
              "Tokens that are seen a few times are learned by heart."},
             {.unit = "tokens"})
        .add("max_length", &TokensSpec::maxLength, Int{1, 65'536},
             {"Texts with more tokens are cut at their end, shorter ones are filled up with <pad>, which networks "
              "look past.",
              {},
              "The ends of long texts are not seen.",
              "Attention costs the square of it."},
             {.unit = "tokens"})
        .add("lowercase", &TokensSpec::lowercase, Flag{}, {"Takes Word and word for the same."});
}

Fields<ChannelsSpec> channelFields()
{
    return Fields<ChannelsSpec>{}
        .add("train", &ChannelsSpec::train, base::Path{},
             {"The file or folder with the rows to learn from. It takes the place of data.source, whose kind and "
              "options, such as a delimiter, hold for all channels. Alone it is divided as split says."})
        .add("validation", &ChannelsSpec::validation, base::Path{},
             {"The rows that are looked at after every epoch, with the same columns."})
        .add("test", &ChannelsSpec::test, base::Path{}, {"The rows of the sealed test split, with the same columns."})
        .add("model", &ChannelsSpec::model, base::Path{.orName = true},
             {"Weights to start from, as model.initialize_from takes them: a model of the hub, a safetensors or .pth "
              "file, a checkpoint, or a run."});
}

Fields<WindowSpec> windowFields()
{
    return Fields<WindowSpec>{}
        .add("context", &WindowSpec::context, Int{1, 100'000},
             {"Steps of the past that are seen.",
              {},
              "A season that is longer cannot be seen.",
              "Few rows, each of many numbers."},
             {.unit = "steps"})
        .add("horizon", &WindowSpec::horizon, Int{1, 10'000}, {"Steps after them that are foretold, all at once."},
             {.unit = "steps"})
        .add("stride", &WindowSpec::stride, Int{1, 100'000}, {"Steps from one row to the next."}, {.unit = "steps"})
        .add("series", &WindowSpec::series, Text{},
             {"The column that tells several series of one table apart, such as the name of a share. Empty: one whose "
              "every value has each time once, where times repeat; else all rows are one series."});
}

}

Fields<DataSpec> dataFields()
{
    return Fields<DataSpec>{}
        .add("source", &DataSpec::source, OneOf{.family = "sources", .textKind = "file"},
             {"Where the rows come from: a generator, a built-in set, or a file or folder of your own."})
        .group("channels", &DataSpec::channels, channelFields(),
               {"A file or folder of its own for each purpose, instead of one source that is divided."})
        .add("format", &DataSpec::format, Choice{{"auto"}, "sources"},
             {"The file's format. auto finds it from the content."})
        .add("rows", &DataSpec::rows, Int{.min = 2, .max = 100'000'000},
             {"How many rows to make, or to take from the start of the data.",
              {},
              "Few rows are learned by heart: the gap between the curves opens.",
              "More rows cost time for each epoch."},
             {.unit = "rows", .live = true, .nullWord = "all"})
        .add("target", &DataSpec::target, Text{}, {"The column to predict. Empty: the last one."})
        .add("features", &DataSpec::features, listOf(Text{}), {"The columns to learn from. Empty: all but the target."})
        .add("task", &DataSpec::task,
             Choice{{"auto", "classification", "regression", "forecasting", "detection", "segmentation", "embedding",
                     "reconstruction"}},
             {"What to predict: a class, a number, the next steps of a series, boxes or areas in a picture; for rows "
              "of classes, vectors that lie near to each other where the class is the same; or the row itself, which "
              "an autoencoder has to press through a few numbers. auto decides by the data."})
        .add("classes", &DataSpec::classes, listOf(Tree{}, 0, 100'000),
             {"Only rows of these classes are taken, by name or by number from 0. They are numbered anew in the order "
              "that stands here, and data.rows counts rows of theirs, as many of each as there are. Empty: all."})
        .add("missing", &DataSpec::missing, Choice{{"error", "drop", "mean", "median", "most_frequent", "keep"}},
             {"What to do with empty cells. Filling uses the training rows alone, so that nothing leaks. keep leaves "
              "them empty, for models that know what to do with them: boosted trees."})
        .add("normalize", &DataSpec::normalize, Choice{{"standard", "minmax", "given", "none"}},
             {"Brings all features to one scale, with figures from the training rows alone. given: with data.mean and "
              "data.std, such as those that a model was trained with that training starts from.",
              "standard, given: (x − mean) / std    minmax: (x − min) / (max − min)"})
        .add("mean", &DataSpec::mean, listOf(Real{}, 0, 1'000'000),
             {"What is taken away, for each channel of pictures (pixels from 0 to 1) or series, or for each feature; "
              "one "
              "number is for all. ImageNet's are 0.485, 0.456, 0.406.",
              "(x − mean) / std"},
             {.visibleWhen = {{"normalize", {"given"}}}})
        .add("std", &DataSpec::std, listOf(Real{.min = 0, .aboveMin = true}, 0, 1'000'000),
             {"What is divided by, in the order of data.mean. ImageNet's are 0.229, 0.224, 0.225.", "(x − mean) / std"},
             {.visibleWhen = {{"normalize", {"given"}}}})
        .add("encode", &DataSpec::encode, OneOf{"encoders"},
             {"How a column of texts becomes numbers, learned from the training rows alone."})
        .add("edits", &DataSpec::edits, listOf(OneOf{"edits"}, 0, 100'000),
             {"What was changed by hand, in this order. The file itself stays as it is; rows keep their numbers."})
        .add("sampler", &DataSpec::sampler, Choice{{"shuffle", "weighted"}},
             {"Which training rows an epoch sees. shuffle: each once. weighted: drawn with replacement, every class as "
              "often as any other.",
              "weighted: p(row) ∝ 1 / rows of its class"},
             {.live = true, .onlyFor = "networks"})
        .add("copies", &DataSpec::copies, Int{1, 1'000},
             {"How often an epoch sees each training row, every time with another draw of the augmentations.",
              "rows of an epoch = copies · training rows"},
             {.live = true, .onlyFor = "networks"})
        .add(
            "mode", &DataSpec::mode, Choice{{"file", "pipe"}},
            {"file: everything is read into memory first. pipe: read in pieces while training goes on; the data may be "
             "larger than memory."})
        .add("shuffle_buffer", &DataSpec::shuffleBuffer, Int{1, 100'000'000},
             {"Of a stream: so many rows are mixed at a time.",
              {},
              "Rows that stand side by side in the file are learned together.",
              "Takes memory, and the first step waits until they are read."},
             {.unit = "rows", .visibleWhen = {{"mode", {"pipe"}}}})
        .add("num_workers", &DataSpec::numWorkers, Int{0, 256},
             {"Threads that make batches (reading, decoding, augmenting) while the network trains. 0: the training "
              "thread makes them itself, and every step waits for its batch. auto: one for pictures and for what is "
              "decoded, else none. The batches are the same whatever stands here.",
              {},
              "The network waits for data: see data wait.",
              "They take the cores away from the training."},
             {.unit = "threads", .live = true, .nullWord = "auto", .onlyFor = "networks"})
        .add("prefetch_factor", &DataSpec::prefetchFactor, Int{1, 1'000},
             {"Batches that each of these threads may be ahead of the training.",
              {},
              "A batch that takes longer than others is waited for.",
              "Takes memory."},
             {.unit = "batches", .live = true, .onlyFor = "networks"})
        .group("image", &DataSpec::image, imageFields(), {"Of pictures in files: size and colours."})
        .group("audio", &DataSpec::audio, audioFields(),
               {"Of recordings: how they become a picture of pitches over time."})
        .group("text", &DataSpec::text, textFields(), {"Of texts: which words are counted."})
        .group("tokens", &DataSpec::tokens, tokenFields(),
               {"Of texts: rows of token numbers in their order, for networks that read (transformer, rnn, cnn1d), "
                "instead of counts of words. The vocabulary is learned from the training rows alone."},
               {.onlyFor = "networks"})
        .group("window", &DataSpec::window, windowFields(),
               {"Of series for forecasting: how they are cut into rows. A row that would see a step which a later part "
                "of the "
                "split foretells is left out, so no training row knows the future."});
}

Fields<SplitSpec> splitFields()
{
    return Fields<SplitSpec>{}
        .add("kind", &SplitSpec::kind, Choice{{"auto"}, "splits"},
             {"How rows are divided. stratified keeps the shares of the classes, chronological keeps the future out of "
              "the past. "
              "auto: chronological with a time column, else stratified for classes, else random."})
        .add("folds", &SplitSpec::folds, Int{2, 1'000},
             {"Into how many parts the rows are cut; each validates once.",
              {},
              "Each model sees much less than all rows.",
              "As many trainings."},
             {.visibleWhen = {{"kind", {"k_fold", "stratified_k_fold", "walk_forward"}}}})
        .add("fold", &SplitSpec::fold, Int{0, 100'000'000},
             {"Which of the folds validates, from 0. Empty: each in turn, in a run of its own."},
             {.visibleWhen = {{"kind", {"k_fold", "stratified_k_fold", "leave_one_out", "walk_forward"}}},
              .nullWord = "all"})
        .add("window", &SplitSpec::window, Choice{{"expanding", "sliding"}},
             {"What a step of walk_forward trains on: everything before its validation part, or only as much as the "
              "first step had."},
             {.visibleWhen = {{"kind", {"walk_forward"}}}})
        .add("gap", &SplitSpec::gap, Int{0, 100'000'000},
             {"Rows left out between training and validation, so that neighbours in time do not tell each other's "
              "values."},
             {.unit = "rows", .visibleWhen = {{"kind", {"walk_forward", "chronological"}}}})
        .add("group", &SplitSpec::group, Text{},
             {"The column that says which rows belong together, such as a patient or a device: they stay in one part."},
             {.visibleWhen = {{"kind", {"group", "k_fold"}}}})
        .add("column", &SplitSpec::column, Text{},
             {"The column that says train, validation or test. Empty: what the source says itself."},
             {.visibleWhen = {{"kind", {"predefined"}}}})
        .add("train", &SplitSpec::train, Real{0, 1, true},
             {"Share of the rows to learn from.", {}, "Too few to learn from.", "Too few left to check with."})
        .add("validation", &SplitSpec::validation, Real{0, 1, false, true},
             {"Share that is looked at after every epoch, to choose and to stop by. 0: no validation.",
              {},
              "The figure jumps from run to run.",
              "Rows that could teach."})
        .add("test", &SplitSpec::test, Real{0, 1, false, true},
             {"Share kept for the very last figure: sealed, and every opening is counted. Empty: what the other two "
              "leave, or the source's own test file."},
             {.nullWord = "auto"})
        .add("seed", &SplitSpec::seed, Int{0}, {"Another number, another division of the same rows."});
}

}
