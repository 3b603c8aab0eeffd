/**
 * Input variables of ABINIT 9.6.2 and 10. Any other word stops the program; a name may be followed
 * by the number of a data set.
 */
export const ABINIT_VARIABLES: ReadonlySet<string> = new Set(
  `
  accesswff accuracy acell adpimd adpimd_ga adpimd_gamma afm algalch amu analyze_anh_pot angdeg asr atvshift autoparal auxc_ixc
  auxc_scal awtr bandpp bdberry bdeigrf bdgw berryopt berrysav berrystep bfield bmass bound_anhastrain bound_cell bound_cutoff
  bound_maxcoeff bound_model bound_rangepower bound_spcoupling bound_step bound_temp boxcenter boxcutmin brav brvltt bs_algorithm
  bs_calctype bs_coulomb_term bs_coupling bs_eh_cutoff bs_exchange_term bs_freq_mesh bs_hayd_term bs_haydock_niter bs_haydock_tol
  bs_interp_kmult bs_interp_m3_width bs_interp_method bs_interp_mode bs_interp_prep bs_interp_rl_nb bs_loband bs_nstates builtintest
  bxctmindg cd_customnimfrqs cd_frqim_method cd_full_grid cd_halfway_freq cd_imfrqs cd_max_freq cd_subset_freq cellcharge charge
  chebfi_oracle chempot chkdilatmx chkexit chkprim chksymbreak chksymtnons chneut chrgat cineb_start coefficients constraint_kind
  corecs cprj_in_memory cprj_update_lvl cpuh cpum cpus d3e_pert1_atpol d3e_pert1_dir d3e_pert1_elfd d3e_pert1_phon d3e_pert2_atpol
  d3e_pert2_dir d3e_pert2_elfd d3e_pert2_phon d3e_pert3_atpol d3e_pert3_dir d3e_pert3_elfd d3e_pert3_phon ddamp delayperm densfor_pred
  densty dfield dfpt_sciss diago_apply_block_sliced diecut diegap dielam dielng diemac diemix diemixmag diismemory dilatmx dipdip
  dipdip_prt dipdip_range dipquad dmatpawu dmatpuopt dmatudiag dmft_charge_prec dmft_dc dmft_entropy dmft_epsilon_yukawa dmft_iter
  dmft_kspectralfunc dmft_lambda_yukawa dmft_magnfield dmft_magnfield_b dmft_mxsf dmft_nlambda dmft_nwli dmft_nwlo dmft_occnd_imag
  dmft_orbital dmft_orbital_filepath dmft_prt_maxent dmft_read_occnd dmft_rslf dmft_solv dmft_t2g dmft_tolfreq dmft_tollc
  dmft_wanorthnorm dmft_wanrad dmft_x2my2d dmftbandf dmftbandi dmftcheck dmftctqmc_basis dmftctqmc_check dmftctqmc_correl
  dmftctqmc_gmove dmftctqmc_grnns dmftctqmc_meas dmftctqmc_mov dmftctqmc_mrka dmftctqmc_order dmftctqmc_triqs_nleg dmftqmc_l dmftqmc_n
  dmftqmc_seed dmftqmc_therm dosdeltae dtion dvdb_add_lr dvdb_ngqpt dvdb_qcache_mb dvdb_qdamp dvdb_rspace_cell dynamics dynimage ecut
  ecuteps ecutsigx ecutsm ecutwfn effmass_free efield efmas efmas_bands efmas_calc_dirs efmas_deg efmas_deg_tol efmas_dim efmas_dirs
  efmas_n_dirs efmas_ntheta einterp elph2_imagden energy_reference enunit eph_ahc_type eph_doping eph_ecutosc eph_extrael eph_fermie
  eph_fix_korq eph_fix_wavevec eph_frohl_ntheta eph_frohlich eph_frohlichm eph_fsewin eph_fsmear eph_intmeth eph_mustar eph_ngqpt_fine
  eph_np_pqbks eph_phrange eph_phwinfact eph_prtscratew eph_prtwf eph_restart eph_stern eph_task eph_tols_idelta eph_transport
  eph_use_ftinterp eshift esmear exchmix exchn2n3d expert_user extfpmd_nbcut extrapwf f4of2_sla fband fermie_nest ffnl_gw fft_count
  fftalg fftcache fftgw fit_anhastrain fit_bancoeff fit_coeff fit_cutoff fit_fixcoeff fit_generatecoeff fit_iatom fit_initializedata
  fit_nbancoeff fit_ncoeff fit_nfixcoeff fit_rangepower fit_spc_maxs fit_spcoupling fit_tolmsde fit_tolmsdf fit_tolmsdfs fit_tolmsds
  fock_icutcoul fockdownsampling fockoptmix focktoldfe freqim_alpha freqremax freqremin freqspmax freqspmin friction frzfermi
  fxcartfactor ga_algor ga_fitness ga_n_rules ga_opt_percent ga_rules genafm get1den get1wf getabiwan_filepath getbscoup getbseig
  getbsreso getcell getddb getddb_filepath getddk getdelfd getden getden_filepath getdkde getdkdk getdvdb getdvdb_filepath getefmas
  getgam_eig2nkq getgstore_filepath gethaydock getkden getkerange_filepath getocc getpawden getpot_filepath getqps getscr
  getscr_filepath getsigeph_filepath getsuscep getvarpeq_filepath getvel getwfk getwfk_filepath getwfkfine getwfkfine_filepath getwfq
  getwfq_filepath getxcart getxred goprecon goprecprm gpu_devices gpu_linalg_limit gpu_option gstore_brange gstore_cplex gstore_erange
  gstore_gmode gstore_kfilter gstore_kzone gstore_qzone gstore_use_lgk gstore_use_lgq gstore_with_vk gw1rdm gw_customnfreqsp gw_freqsp
  gw_frqim_inzgrid gw_frqre_inzgrid gw_frqre_tangrid gw_icutcoul gw_invalid_freq gw_npoles gw_nqlwl gw_nstep gw_qlwl gw_qprange
  gw_sctype gw_sigxcore gw_toldfeig gwaclowrank gwcalctyp gwcomp gwencomp gwgamma gwgmcorr gwls_band_index gwls_correlation
  gwls_diel_model gwls_exchange gwls_first_seed gwls_kmax_analytic gwls_kmax_complement gwls_kmax_numeric gwls_kmax_poles
  gwls_list_proj_freq gwls_model_parameter gwls_n_proj_freq gwls_npt_gauss_quad gwls_nseeds gwls_print_debug gwls_recycle
  gwls_stern_kmax gwmem gwpara gwr_boxcutmin gwr_chi_algo gwr_erf_ntau gwr_max_hwtene gwr_np_kgts gwr_nstep gwr_ntau gwr_regterm
  gwr_rpa_ncut gwr_sigma_algo gwr_task gwr_tolqpe gwr_ucsc_batch gwrpacorr hmcsst hmctt hyb_mixing hyb_mixing_sr hyb_range_dft
  hyb_range_fock iatcon iatfix iatfixx iatfixy iatfixz iatsph iboxcut ibte_abs_tol ibte_alpha_mix ibte_niter ibte_prep icoulomb
  icutcoul ieig2rf iextrapwf imgmov imgwfstor include inclvkb indata_prefix intexact intxc invol_blk_sliced iomode ionmov iprcel
  iprcfc iqpt irandom ird1den ird1wf irdbscoup irdbseig irdbsreso irdchkprdm irdddb irdddk irdden irddvdb irdefmas irdgstore
  irdhaydock irdkden irdpawden irdscr irdsuscep irdvdw irdwfk irdwfq iscf isecur istatimg istatr istatshft istwfk ixc ixc_sigma
  ixcpositron ixcrot jdtset jellslab jfielddir jpawu kberry kpt kptbounds kptgw kptnrm kptns kptopt kptrlatt kptrlen kssform lambsig
  latt_anharm_pot_fname latt_compressibility latt_dynamics latt_friction latt_harm latt_harm_pot_fname latt_seed latt_taup latt_taut
  latt_temperature lattice_model lattwf_anharmonic ldaminushalf ldgapp lexexch localrdwf lotf_classic lotf_nitex lotf_nneigx
  lotf_version lpawu lruj lw_flexo lw_qdrpl lwf_constrained lwf_dt lwf_dynamics lwf_init_state lwf_mc_avg_amp lwf_mc_variable
  lwf_nctime lwf_ntime lwf_potential lwf_self_bound_order lwf_taut lwf_temperature lwf_temperature_end lwf_temperature_nstep
  lwf_temperature_start lwf_var_temperature macro_uj magcon_lambda magconon max_ncpus maxestep maxnsym mband mbpt_sciss mdf_epsinf
  mdtemp mdwall mem_test mep_mxstep mep_solver mffmem mixalch mixesimgf mixprec mk1mem mkmem mkqmem mqgrid mqgriddg natcon natfix
  natfixx natfixy natfixz natom natpawu natrd natsph natsph_extra natvshift nband nbandhf nbandkss nbandsus nbdblock nbdbuf nberry
  nblock_lobpcg nc_xccc_gspace ncell ncoeff nconeq nctime ndivk ndivsm ndtset ndynimage neb_algo neb_spring nfreqim nfreqre nfreqsp
  ngfft ngfftdg ngkpt ngqpt ngroup_rf nimage nkpath nkpt nkptgw nkpthf nline nloc_alg nloc_mem nnos nnsclo nnsclohf nobj nomegasf
  nomegasi nomegasrd nonlinear_info nonlop_ylm_count noseinert np_slk np_spkpt npband npfft nph1l nphf npimage npkpt nppert npsp
  npspalch npspinor npulayit npvel npweps npwkss npwsigx npwwfn nqfd nqpt nqptdm nqshft nscforder nsheps nshiftk nshiftq nshsigx
  nshwfn nspden nspinor nsppol nstep nsym ntime ntimimage ntypalch ntypat nucdipmom nucefg nucfc nwfshist nzchempot objaat objaax
  objan objarf objaro objatr objbat objbax objbn objbrf objbro objbtr occ occopt omegasimax omegasrdmax opt_coeff opt_effpot
  opt_ncoeff optcell optdriver optforces optnlxccc optstress oracle_factor oracle_min_occ orbmag ortalg outdata_prefix output_file
  papiopt paral_atom paral_kgb paral_rf parareltol pawcpxocc pawcross pawecutdg pawfatbnd pawlcutd pawlmix pawmixdg pawnhatxc pawnphi
  pawntheta pawnzlm pawoptmix pawoptosc pawovlp pawprt_b pawprt_k pawprtdos pawprtvol pawprtwf pawspnorb pawstgylm pawsushat pawujat
  pawujrad pawujv pawusecp pawxcdev ph_intmeth ph_ndivsm ph_ngqpt ph_nqpath ph_nqshift ph_qpath ph_qshift ph_smear ph_wstep pimass
  pimd_constraint pitransform plowan_bandf plowan_bandi plowan_compute plowan_iatom plowan_it plowan_lcalc plowan_natom plowan_nbl
  plowan_nt plowan_projcalc plowan_realspace polcen posdoppler positron posnstep posocc postoldfe postoldff pp_dirpath ppmfrq ppmodel
  prepalw prepanl prepgkk prepscphon prt1dm prt_lorbmag prt_model prt_names prtatlist prtbbb prtbltztrp prtchkprdm prtcif prtcml
  prtddb prtden prtdensph prtdipole prtdos prtdosm prtebands prtefg prtefmas prteig prtelf prteliash prtevk prtfc prtfsurf prtfull1wf
  prtgden prtgeo prtgkk prtgsr prtkbff prtkden prtkpt prtlden prtnabla prtnest prtphbands prtphdos prtphsurf prtpmp prtposcar prtpot
  prtprocar prtpsps prtspcur prtspin prtstm prtsuscep prtvclmb prtvdw prtvha prtvhxc prtvol prtvolimg prtvpsp prtvxc prtwant prtwf
  prtwf_full prtxml pseudos ptgroupma pvelmax q1shft qmass qph1l qprtrb qpt qptdm qptnrm qptopt qptrlatt quadmom quadquad random_atpos
  ratsm ratsph ratsph_extra rcut recefermi recgratio recnpath recnrec recptrott recrcut rectesteg rectolden red_dfield red_efield
  red_efieldbar restartxf rf1atpol rf1dir rf1elfd rf1phon rf2_dkde rf2_dkdk rf2_pert1_dir rf2_pert2_dir rf2atpol rf2dir rf2elfd
  rf2phon rf2strs rf3atpol rf3dir rf3elfd rf3phon rfasr rfatpol rfddk rfdir rfelfd rfmagn rfmeth rfphon rfstrs rfstrs_ref rfuser
  rhoqpmix rifcsph rmm_diis rmm_diis_savemem rprim scalecart sciss scphon_supercell scphon_temp sel_efs shiftk shiftq sigma_bsum_range
  sigma_erange sigma_ngkpt sigma_nshiftk sigma_shiftk signperm slabwsrad slabzbeg slabzend slc_coupling slk_rankpp smdelta so_psp
  spbroad spgaxor spgorig spgroup spgroupma spin_calc_correlation_obs spin_calc_thermo_obs spin_calc_traj_obs spin_damping spin_dipdip
  spin_dt spin_dynamics spin_init_orientation spin_init_qpoint spin_init_rotate_axis spin_init_state spin_mag_field spin_nctime
  spin_ntime spin_ntime_pre spin_projection spin_projection_qpoint spin_sia_add spin_sia_k1amp spin_sia_k1dir spin_temperature
  spin_temperature_end spin_temperature_nstep spin_temperature_start spin_var_temperature spin_write_traj spinat spinmagntarget
  spinmeth spmeth spnorbscl stmbias strfact string_algo strprecon strtarget structure supercell_latt symafm symchi symdynmat symmorphi
  symrel symsigma symv1scf td_maxene td_mexcit temperature test_effpot test_prt_ph tfkinfunc tfw_toldfe tfwkinfunc tim1rev timopt
  tkinfunc tl_nprccg tl_radius tmesh tmpdata_prefix tnons toldfe toldff tolimg tolmxde tolmxf tolrde tolrff tolsym tolvrs tolwfr
  tolwfr_diago tphysel transport_ngkpt ts_option tsmear typat ucrpa ucrpa_bands ucrpa_window udtset upawu use_gemm_nonlop use_gpu
  use_gpu_cuda use_nonscf_gkk use_oldchi use_slk use_yaml usedmatpu usedmft useexexch useextfpmd usefock usekden usepaw usepawu
  usepead usepotzero useria userib useric userid userie userra userrb userrc userrd userre usewvl usexcnhat useylm vaclst vacnum
  vacuum vacwidth varpeq_avg_g varpeq_erange varpeq_init_ntype varpeq_mode varpeq_orth varpeq_tolgrs vcutgeo vdw_df_acutmin
  vdw_df_aratio vdw_df_damax vdw_df_damin vdw_df_dcut vdw_df_dratio vdw_df_dsoft vdw_df_ndpts vdw_df_ngpts vdw_df_nqpts vdw_df_nrpts
  vdw_df_nsmooth vdw_df_phisoft vdw_df_qcut vdw_df_qratio vdw_df_rcut vdw_df_rsoft vdw_df_threshold vdw_df_tolerance vdw_df_tweaks
  vdw_df_zab vdw_nfrag vdw_supercell vdw_tol vdw_tol_3bt vdw_typfrag vdw_xc vel vel_cell vis vloc_rcut w90iniprj w90prtunk wfinit
  wfk_task wfmix wfoptalg write_files wtatcon wtk wtq wvl_bigdft_comp wvl_crmult wvl_frmult wvl_hgrid wvl_ngauss wvl_nprccg x1rdm
  xangst xc_denpos xc_tb09_c xcart xg_nonlop_option xred xredsph_extra xyzfile zcut zeemanfield ziontypat znucl
`
    .trim()
    .split(/\s+/),
);
